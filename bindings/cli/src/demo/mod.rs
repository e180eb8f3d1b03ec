//! `privacypass demo`: the four roles on this machine, over real HTTP, with both token types of RFC 9578.

mod http;
mod picture;
mod run;
mod story;
mod svg;
mod world;

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use privacypass_core::TokenType;

use self::story::Story;
use self::world::{Keys, Ports, World};
use crate::args::Demo;
use crate::output::{Failure, Outcome, Paint, print_json};

/// Runs the command.
pub(crate) fn run(args: &Demo, json: bool) -> Outcome {
    crate::runtime()?.block_on(demo(args, json))
}

async fn demo(args: &Demo, json: bool) -> Outcome {
    let began = Instant::now();
    let ports = Ports::bind(args.port_base).await?;
    let failed = |error: privacypass_core::Error| Failure::new(format!("cannot make keys: {error}"), "try again");
    let keys = Keys::generate().map_err(failed)?;
    let trusted = keys.trusted(&ports.issuer_name()?).map_err(failed)?;
    let world = World::start(ports, keys.into_set().map_err(failed)?, trusted).await?;

    let flows =
        vec![run::flow(&world, TokenType::BLIND_RSA_2048).await?, run::flow(&world, TokenType::VOPRF_P384).await?];
    let urls = args.serve.then(|| world.urls());
    let story = Story { ok: true, flows, total_ms: http::ms_since(began), urls };
    if let Some(file) = &args.svg {
        write_svg(file, &story)?;
    }
    if json {
        print_json(&story)?;
    } else {
        print(&story)?;
    }
    if args.serve {
        privacypass_http::server::shutdown_signal().await;
    }
    world.stop().await
}

fn write_svg(file: &Path, story: &Story) -> Outcome {
    std::fs::write(file, svg::draw(story)).map_err(|error| {
        Failure::new(format!("cannot write {}: {error}", file.display()), "choose another place with --svg")
    })
}

fn print(story: &Story) -> io::Result<()> {
    let paint = Paint::for_stdout();
    let mut out = io::stdout().lock();
    picture::print(story, paint, &mut out)?;
    let refused: usize = story.flows.iter().map(|flow| flow.refusals.len()).sum();
    let summary = format!("{} token types, {refused} refusals, {:.1} s", story.flows.len(), story.total_ms / 1000.0);
    writeln!(out, "{}", paint.dim(&summary))?;
    if let Some(urls) = &story.urls {
        writeln!(out, "\nThe roles stay up until Ctrl-C:")?;
        writeln!(out, "  origin    {}/login    try it in a browser", urls.origin)?;
        writeln!(out, "  attester  {}/challenge", urls.attester)?;
        writeln!(out, "  issuer    {}{}", urls.issuer, privacypass_core::directory::WELL_KNOWN_PATH)?;
        // As it was called: `make demo` runs a program that no PATH has.
        let program = std::env::args().next().unwrap_or_else(|| "privacypass".to_owned());
        writeln!(out, "  client    {program} get --attester {} {}/login", urls.attester, urls.origin)?;
    }
    writeln!(out, "{}", paint.green("ok"))?;
    out.flush()
}
