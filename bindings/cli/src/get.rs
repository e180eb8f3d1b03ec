//! `privacypass get`: fetches a URL, and answers a challenge with a token on the way.

use std::fs::File;
use std::io::{self, Write};

use privacypass_http::client::{Answer, ClientError, PrivateTokenClient, Redemption};
use privacypass_http::reqwest::Response;
use privacypass_http::transport::PlainHttp;
use serde_json::json;

use crate::args::Get;
use crate::output::{Failure, Outcome, Paint, print_json, printable};

/// Runs the command.
pub(crate) fn run(args: &Get, json: bool) -> Outcome {
    crate::runtime()?.block_on(get(args, json))
}

async fn get(args: &Get, json: bool) -> Outcome {
    let plain_http = if args.insecure_http { PlainHttp::Anywhere } else { PlainHttp::Loopback };
    let mut builder = PrivateTokenClient::builder().plain_http(plain_http);
    if let Some(token_type) = args.token_type {
        builder = builder.token_type(token_type.into());
    }
    for attester in &args.attester {
        builder = builder.attester(attester).map_err(|error| refused(&error, args))?;
    }
    let client = builder.build().map_err(|error| refused(&error, args))?;
    let answer = client.get(&args.url).await.map_err(|error| refused(&error, args))?;
    if args.verbose {
        narrate(&answer)?;
    }
    let Answer { mut response, redemption, .. } = answer;
    let head = head(&response);
    let mut file = match &args.output {
        Some(path) => Some(File::create(path).map_err(|error| {
            Failure::new(format!("cannot create {}: {error}", path.display()), "choose another place with -o")
        })?),
        None => None,
    };
    let mut body = Vec::new();
    let broken = |_| Failure::new("the origin's answer broke off", "try again");
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        match &mut file {
            Some(file) => file.write_all(&chunk)?,
            None if json => body.extend_from_slice(&chunk),
            None => {
                let mut out = io::stdout().lock();
                if args.include && !head.is_empty() && body.is_empty() {
                    out.write_all(head.as_bytes())?;
                    body.push(0);
                }
                out.write_all(&chunk)?;
            }
        }
    }
    if json {
        let presented = match &redemption {
            Redemption::NotAsked => None,
            Redemption::Accepted(presented) | Redemption::Refused(presented) | Redemption::Unclear(presented) => {
                Some(presented)
            }
        };
        print_json(&json!({
            "status": response.status().as_u16(),
            "redemption": name(&redemption),
            "token_type": presented.map(|presented| presented.token_type.0),
            "issuer_name": presented.map(|presented| presented.issuer_name.clone()),
            "body": args.output.is_none().then(|| String::from_utf8_lossy(&body).into_owned()),
        }))?;
    }
    io::stdout().lock().flush()?;
    verdict(&response, &redemption)
}

/// Which answers are failures: a refused token, and what `curl --fail` takes for one.
fn verdict(response: &Response, redemption: &Redemption) -> Outcome {
    let status = response.status();
    match redemption {
        Redemption::Refused(presented) => Err(Failure::new(
            format!("the origin refused the token of type {} with status {}", presented.token_type, status.as_u16()),
            "try again once; if it is refused again, ask the origin which issuer keys and which clock it has",
        )),
        _ if status.is_client_error() || status.is_server_error() => {
            Err(Failure::new(format!("the origin answered with status {}", status.as_u16()), "check the URL"))
        }
        _ => Ok(()),
    }
}

const fn name(redemption: &Redemption) -> &'static str {
    match redemption {
        Redemption::NotAsked => "not-asked",
        Redemption::Accepted(_) => "accepted",
        Redemption::Refused(_) => "refused",
        Redemption::Unclear(_) => "unclear",
    }
}

/// Says on stderr what happened.
fn narrate(answer: &Answer) -> io::Result<()> {
    let paint = Paint::for_stderr();
    let mut err = io::stderr().lock();
    let mut say = |text: String| writeln!(err, "{} {text}", paint.dim("*"));
    for declined in &answer.declined {
        say(format!("passed over challenge {declined}"))?;
    }
    match &answer.redemption {
        Redemption::NotAsked => say("the origin asked for no token".to_owned())?,
        Redemption::Accepted(presented) | Redemption::Refused(presented) | Redemption::Unclear(presented) => {
            let issuer = printable(&presented.issuer_name);
            say(format!("401 with a challenge of type {} for issuer {issuer}", presented.token_type))?;
            say(format!("got a token of {}", presented.token_type.name()))?;
            say(format!("presented it: {}", name(&answer.redemption)))?;
        }
    }
    say(format!("the answer is {}", answer.response.status()))
}

/// Status line and headers, as `-i` prints them.
fn head(response: &Response) -> String {
    let mut head = format!("{:?} {}\n", response.version(), response.status());
    for (name, value) in response.headers() {
        head.push_str(&format!("{name}: {}\n", printable(&String::from_utf8_lossy(value.as_bytes()))));
    }
    head.push('\n');
    head
}

fn refused(error: &ClientError, args: &Get) -> Failure {
    let hint = match error {
        ClientError::NoUsableChallenge(_) | ClientError::Declined(_) if args.attester.is_empty() => {
            "name an attester that lists the issuer: --attester URL"
        }
        ClientError::NoUsableChallenge(_) | ClientError::Declined(_) => {
            "look at the challenge: curl -sI URL | privacypass inspect - --host HOST"
        }
        ClientError::PlainHttp => "use https, or for a closed network --insecure-http",
        ClientError::Url => "for example https://origin.example/path",
        ClientError::Attester(_) | ClientError::AttesterRefused | ClientError::Issuance(_) => {
            "check the attester's URL and that it runs: its page is at /challenge"
        }
        _ => "try again; `privacypass demo --serve` gives you a working set-up to compare with",
    };
    Failure::new(error, hint)
}
