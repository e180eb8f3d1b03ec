//! The story as an SVG: real text, no fonts or scripts from elsewhere, readable on light and on dark pages.

use std::fmt::Write;

use super::story::{Flow, Role, Step, Story};

const WIDTH: usize = 960;
const MARGIN: usize = 120;
const DISTANCE: usize = 240;
/// The height of a message and of work.
const MESSAGE: usize = 46;
const WORK: usize = 32;
/// The title and the heads of the columns.
const HEAD: usize = 96;
const REFUSAL: usize = 24;
const GAP: usize = 36;

// Plain colours and no custom properties, which some viewers outside browsers do not know.
const STYLE: &str = "
    text { font: 14px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1f2328; }
    .paper { fill: #ffffff; }
    .title { font-size: 18px; font-weight: 600; }
    .role { font-weight: 600; text-anchor: middle; }
    .box { fill: #f3f6fa; stroke: #c8d1da; }
    .life { stroke: #c8d1da; stroke-dasharray: 3 4; }
    .arrow { stroke: #0550ae; stroke-width: 1.6; }
    .head, .dot { fill: #0550ae; }
    .label { text-anchor: middle; }
    .figures { font-size: 12px; fill: #59636e; }
    .end { text-anchor: end; }
    .no { fill: #b3261e; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .paper { fill: #0d1117; }
      .box { fill: #161b22; stroke: #3d444d; }
      .life { stroke: #3d444d; }
      .arrow { stroke: #79c0ff; }
      .head, .dot { fill: #79c0ff; }
      .figures { fill: #9198a1; }
      .no { fill: #ff8f87; }
    }";

/// Draws a story.
pub(super) fn draw(story: &Story) -> String {
    let height = GAP + story.flows.iter().map(flow_height).sum::<usize>();
    let mut out = Svg::default();
    out.line(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc">"#
    ));
    out.line(format_args!("  <title id=\"title\">Privacy Pass, as it ran</title>"));
    out.line(format_args!(
        "  <desc id=\"desc\">The messages between client, attester, issuer and origin, with their sizes and times.</desc>"
    ));
    out.line(format_args!("  <style>{STYLE}\n  </style>"));
    out.line(format_args!(r#"  <rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>"#));
    let mut top = GAP;
    for flow in &story.flows {
        draw_flow(&mut out, flow, top);
        top += flow_height(flow);
    }
    out.line(format_args!("</svg>"));
    out.text
}

fn step_height(step: &Step) -> usize {
    if step.is_work() { WORK } else { MESSAGE }
}

fn flow_height(flow: &Flow) -> usize {
    HEAD + flow.steps.iter().map(step_height).sum::<usize>() + GAP + REFUSAL * flow.refusals.len() + GAP
}

fn draw_flow(out: &mut Svg, flow: &Flow, top: usize) {
    let title = format!("Token type 0x{:04X}: {}", flow.token_type, flow.name);
    out.text("title", MARGIN - 70, top + 6, &title);
    let bottom = top + HEAD + flow.steps.iter().map(step_height).sum::<usize>() + 8;
    for role in Role::ALL {
        let at = x(role);
        out.line(format_args!(r#"  <line class="life" x1="{at}" y1="{}" x2="{at}" y2="{bottom}"/>"#, top + 58));
        out.line(format_args!(
            r#"  <rect class="box" x="{}" y="{}" width="140" height="32" rx="6"/>"#,
            at - 70,
            top + 28
        ));
        out.text("role", at, top + 49, role.name());
    }
    let mut y = top + HEAD;
    for step in &flow.steps {
        draw_step(out, step, y);
        y += step_height(step);
    }
    y += GAP;
    for refusal in &flow.refusals {
        out.text("no", MARGIN - 70, y, &format!("{} refused", refusal.status));
        out.text("refusal", MARGIN + 40, y, refusal.attempt);
        out.text("figures", MARGIN + 300, y, &refusal.answer);
        y += REFUSAL;
    }
}

fn draw_step(out: &mut Svg, step: &Step, y: usize) {
    let (from, to) = (x(step.from), x(step.to));
    let figures = step.figures();
    if step.is_work() {
        out.line(format_args!(r#"  <circle class="dot" cx="{from}" cy="{y}" r="4.5"/>"#));
        let text = format!("{} {figures}", step.message);
        match step.from {
            Role::Origin => out.text("figures end", from - 12, y + 4, &text),
            _ => out.text("figures", from + 12, y + 4, &text),
        }
        return;
    }
    let middle = usize::midpoint(from, to);
    let line = y + 8;
    // The tip stops short of the lifeline; its two other corners lie behind it.
    let (tip, back) = if from < to { (to - 3, to - 13) } else { (to + 3, to + 13) };
    out.line(format_args!(r#"  <line class="arrow" x1="{from}" y1="{line}" x2="{back}" y2="{line}"/>"#));
    out.line(format_args!(r#"  <path class="head" d="M{tip} {line} L{back} {} L{back} {} Z"/>"#, line - 5, line + 5));
    out.text("label", middle, y, &step.message);
    if !figures.is_empty() {
        out.text("label figures", middle, y + 23, &figures);
    }
}

const fn x(role: Role) -> usize {
    MARGIN + DISTANCE * role.column()
}

#[derive(Default)]
struct Svg {
    text: String,
}

impl Svg {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn text(&mut self, class: &str, x: usize, y: usize, text: &str) {
        let text = escaped(text);
        self.line(format_args!(r#"  <text class="{class}" x="{x}" y="{y}">{text}</text>"#));
    }
}

/// Text as XML content. Control characters, which XML cannot hold, become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escaped("<a & \"b\">\u{1b}"), "&lt;a &amp; &quot;b&quot;&gt; ");
    }
}
