//! The story as a sequence diagram in a terminal of 80 columns.

use std::io::{self, Write};

use super::story::{Flow, Role, Step, Story};
use crate::output::Paint;

/// The column of the first lifeline, and the distance between two.
const FIRST: usize = 6;
const DISTANCE: usize = 22;
const WIDTH: usize = 80;

/// Prints a story on `out`.
pub(super) fn print(story: &Story, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for flow in &story.flows {
        flow_rows(flow).iter().try_for_each(|row| writeln!(out, "{}", row.painted(paint)))?;
        writeln!(out)?;
        for refusal in &flow.refusals {
            let challenge = if refusal.challenged { " and a new challenge" } else { "" };
            let status = paint.yellow(&refusal.status.to_string());
            let answer = paint.dim(&refusal.answer);
            writeln!(out, "  refused  {:32} {status}{challenge}  {answer}", refusal.attempt)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The rows of one diagram.
fn flow_rows(flow: &Flow) -> Vec<Row> {
    let mut title = Row::default();
    title.write(0, &format!("Token type 0x{:04X}: {}", flow.token_type, flow.name), Ink::Title);
    let mut names = Row::default();
    for role in Role::ALL {
        names.centred(x(role), role.name(), Ink::Title);
    }
    let mut rows = vec![title, Row::default(), names, Row::lifelines()];
    rows.extend(flow.steps.iter().flat_map(step_rows));
    rows
}

/// A step takes a row for its name and a row for its arrow; work takes one.
fn step_rows(step: &Step) -> Vec<Row> {
    let figures = step.figures();
    if step.is_work() {
        let mut row = Row::lifelines();
        let text = format!("{} {figures}", step.message);
        let at = x(step.from);
        row.write(at, "●", Ink::Arrow);
        // To the right, but for the last column.
        let start = if step.from == Role::Origin { at.saturating_sub(text.chars().count() + 2) } else { at + 2 };
        row.write(start, &text, Ink::Work);
        return vec![row];
    }
    let (from, to) = (x(step.from), x(step.to));
    let (left, right) = (from.min(to), from.max(to));
    let mut label = Row::lifelines();
    label.centred(usize::midpoint(left, right), &step.message, Ink::Label);

    let mut arrow = Row::lifelines();
    arrow.write(left + 1, &"─".repeat(right - left - 1), Ink::Arrow);
    if from < to {
        arrow.write(right - 1, "▶", Ink::Arrow);
    } else {
        arrow.write(left + 1, "◀", Ink::Arrow);
    }
    if !figures.is_empty() {
        // The head is not part of the line that the figures stand in the middle of.
        let middle = usize::midpoint(left, right) + usize::from(from > to);
        arrow.centred(middle, &format!(" {figures} "), Ink::Arrow);
    }
    vec![label, arrow]
}

const fn x(role: Role) -> usize {
    FIRST + DISTANCE * role.column()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ink {
    Plain,
    Title,
    Label,
    Arrow,
    Work,
}

/// One line: characters, each with its colour.
struct Row {
    cells: Vec<(char, Ink)>,
}

impl Default for Row {
    fn default() -> Self {
        Self { cells: vec![(' ', Ink::Plain); WIDTH] }
    }
}

impl Row {
    fn lifelines() -> Self {
        let mut row = Self::default();
        Role::ALL.iter().for_each(|role| row.write(x(*role), "│", Ink::Plain));
        row
    }

    /// Writes over what is there; what does not fit is left out.
    fn write(&mut self, start: usize, text: &str, ink: Ink) {
        for (cell, character) in self.cells.iter_mut().skip(start).zip(text.chars()) {
            *cell = (character, ink);
        }
    }

    fn centred(&mut self, middle: usize, text: &str, ink: Ink) {
        self.write(middle.saturating_sub(text.chars().count() / 2), text, ink);
    }

    fn painted(&self, paint: Paint) -> String {
        let mut out = String::new();
        for run in self.cells.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|(character, _)| *character).collect();
            out.push_str(&match run[0].1 {
                Ink::Plain => text,
                Ink::Title => paint.bold(&text),
                Ink::Label => paint.cyan(&text),
                Ink::Arrow => paint.green(&text),
                Ink::Work => paint.dim(&text),
            });
        }
        out.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::Refusal;
    use super::*;

    fn story() -> Story {
        let steps = vec![
            Step::new(Role::Client, Role::Origin, "GET /login"),
            Step::new(Role::Issuer, Role::Attester, "TokenResponse").bytes(256).ms(1.25),
            Step::new(Role::Client, Role::Client, "blind").ms(0.5),
        ];
        let refusals =
            vec![Refusal { attempt: "a token a second time", status: 401, challenged: true, answer: "no".into() }];
        let flow = Flow { token_type: 2, name: "Blind RSA (2048-bit)", steps, refusals };
        Story { ok: true, flows: vec![flow], total_ms: 1.0, urls: None }
    }

    #[test]
    fn the_picture_is_as_drawn() {
        let mut out = Vec::new();
        print(&story(), Paint::none(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(lines[0], "Token type 0x0002: Blind RSA (2048-bit)");
        assert_eq!(lines[2], "   Client               Attester               Issuer                Origin");
        assert_eq!(lines[5], "      │────────────────────────────────────────────────────────────────▶│");
        assert_eq!(lines[7], "      │                     │◀── 256 B · 1.2 ms ──│                     │");
        assert_eq!(lines[8], "      ● blind 0.50 ms       │                     │                     │");
        assert_eq!(lines[10], "  refused  a token a second time            401 and a new challenge  no");
    }
}
