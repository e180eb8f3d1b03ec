//! `privacypass demo`, and `get` against the roles it keeps up.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::{json, privacypass, run, scratch, stderr, stdout};
use serde_json::Value;

const ROLES: [&str; 4] = ["Client", "Attester", "Issuer", "Origin"];

#[test]
fn the_demo_ends_with_ok_in_time() {
    let began = Instant::now();
    let output = run(&["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(began.elapsed() < Duration::from_secs(10));
    let text = stdout(&output);
    assert_eq!(text.lines().last(), Some("ok"));
    for wanted in ROLES.into_iter().chain(["0x0001", "0x0002", "259 B", "354 B", "52 B", "146 B", "TokenChallenge"]) {
        assert!(text.contains(wanted), "{wanted}");
    }
    assert_eq!(text.matches("  refused  ").count(), 8);
    assert!(text.lines().all(|line| line.chars().count() <= 110), "fits a terminal");
}

#[test]
fn the_json_has_every_step() {
    let story = json(&run(&["demo", "--json"]));
    assert_eq!(story["ok"], true);
    assert_eq!(story["urls"], Value::Null);
    let flows = story["flows"].as_array().unwrap();
    let types: Vec<&Value> = flows.iter().map(|flow| &flow["token_type"]).collect();
    assert_eq!(types, [2, 1]);
    for (flow, (request, response, token)) in flows.iter().zip([(259, 256, 354), (52, 145, 146)]) {
        let sizes = |from: &str, to: &str| -> Vec<u64> {
            let steps = flow["steps"].as_array().unwrap().iter();
            steps
                .filter(|step| step["from"] == from && step["to"] == to)
                .filter_map(|step| step["bytes"].as_u64())
                .collect()
        };
        assert!(sizes("client", "attester").contains(&request) && sizes("attester", "issuer").contains(&request));
        assert!(sizes("issuer", "attester").contains(&response) && sizes("attester", "client").contains(&response));
        assert!(sizes("client", "origin").contains(&token));
        assert!(flow["steps"].as_array().unwrap().iter().all(|step| step["ms"].as_f64().is_none_or(|ms| ms >= 0.0)));
        // Who sees whom: the issuer speaks with the attester alone, the attester never with the origin.
        assert!(sizes("client", "issuer").is_empty() && sizes("attester", "origin").is_empty());
        let refusals = flow["refusals"].as_array().unwrap();
        assert_eq!(refusals.len(), 4);
        assert!(refusals.iter().all(|refusal| refusal["status"] == 401 && refusal["challenged"] == true));
    }
}

#[test]
fn the_svg_is_well_formed_and_names_the_roles() {
    let file = scratch("svg").join("demo.svg");
    assert_eq!(run(&["demo", "--svg", file.to_str().unwrap()]).status.code(), Some(0));
    let svg = std::fs::read_to_string(file).unwrap();
    let texts = well_formed(&svg);
    for role in ROLES {
        assert_eq!(texts.iter().filter(|text| *text == role).count(), 2, "{role}");
    }
    assert!(texts.iter().any(|text| text == "TokenRequest"));
    assert!(svg.contains("prefers-color-scheme: dark"));
    assert!(!svg.contains("href") && !svg.contains("url(") && !svg.contains("@import"), "nothing from elsewhere");
}

/// Checks that tags nest, attributes are quoted and text is escaped; gives the texts of the elements.
fn well_formed(xml: &str) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut texts = Vec::new();
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>') && !before.replace("&amp;", "").contains("& "), "{before:?}");
        if !before.trim().is_empty() {
            assert!(!open.is_empty(), "text outside the root: {before:?}");
            texts.push(before.trim().to_owned());
        }
        let (tag, following) = after.split_once('>').unwrap();
        assert!(!tag.contains('<') && tag.matches('"').count() % 2 == 0, "{tag:?}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => assert!(!open.is_empty()),
            None => open.push(tag.split_whitespace().next().unwrap()),
        }
        rest = following;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?}");
    texts
}

/// A program that is stopped at the end of the test.
struct Running {
    child: Child,
    /// What it announced.
    report: Value,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = privacypass().args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut text = String::new();
        for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
            let line = line.unwrap();
            text.push_str(&line);
            if line == "}" {
                break;
            }
        }
        let report = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        Self { child, report }
    }

    fn url(&self, role: &str) -> String {
        self.report["urls"][role].as_str().unwrap().to_owned()
    }

    /// Asks it to stop, as a service manager does, and gives the exit code.
    #[cfg(unix)]
    fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < Duration::from_secs(15), "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A service that answers one request, and gives what it was sent.
fn upstream() -> (String, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.push(char::from(byte[0]));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nbehind").unwrap();
        request
    });
    (url, seen)
}

/// A plain GET, as a browser sends it.
fn browse(url: &str, path: &str) -> String {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host.parse::<SocketAddr>().unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[cfg(unix)]
#[test]
fn get_speaks_with_the_roles_that_stay_up() {
    let demo = Running::start(&["demo", "--serve", "--json"]);
    let (origin, attester) = (demo.url("origin"), demo.url("attester"));
    let page = format!("{origin}/login");

    for (number, token_type) in [("1", 1), ("2", 2)] {
        let args = ["get", "--attester", &attester, "--type", number, &page];
        let output = run(&args);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("Welcome, whoever you are"));
        assert!(stdout(&output).contains(&format!("type 0x000{number}")));
        let report = json(&run(&[&args[..], &["--json"]].concat()));
        assert_eq!((&report["redemption"], &report["status"]), (&"accepted".into(), &200.into()));
        assert_eq!(report["token_type"], token_type);
        assert_eq!(report["issuer_name"], demo.url("issuer").strip_prefix("http://").unwrap());
    }

    let verbose = run(&["get", "-v", "-i", "--attester", &attester, &page]);
    assert!(stdout(&verbose).starts_with("HTTP/1.1 200 OK\n"), "{}", stdout(&verbose));
    assert!(stderr(&verbose).contains("presented it: accepted"), "{}", stderr(&verbose));
    let file = scratch("get").join("page.html");
    let saved = run(&["get", "-o", file.to_str().unwrap(), "--attester", &attester, &page]);
    assert!(saved.stdout.is_empty());
    assert!(std::fs::read_to_string(file).unwrap().contains("Welcome"));

    // Without an attester there is no token; elsewhere there is no page.
    let output = run(&["get", &page]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--attester URL"), "{}", stderr(&output));
    assert_eq!(run(&["get", &format!("{origin}/nowhere")]).status.code(), Some(1));

    // A browser gets a 401 that explains, the attester's page, and the issuer's directory.
    let login = browse(&origin, "/login");
    assert!(login.starts_with("HTTP/1.1 401 ") && login.contains(&format!("{attester}/challenge")), "{login}");
    let header = login.lines().find(|line| line.to_ascii_lowercase().starts_with("www-authenticate")).unwrap();
    let host = origin.strip_prefix("http://").unwrap();
    let inspected = json(&run(&["inspect", "--json", header, "--host", host]));
    assert_eq!(inspected["challenges"].as_array().unwrap().len(), 2);
    let findings = inspected["findings"].as_array().unwrap();
    assert!(
        findings.iter().all(|finding| finding["client"] != "rfc" || finding["severity"] != "error"),
        "{findings:?}"
    );
    assert!(browse(&attester, "/challenge").starts_with("HTTP/1.1 200 "));
    assert!(browse(&demo.url("issuer"), "/.well-known/private-token-issuer-directory").contains("token-keys"));

    assert_eq!(demo.terminate(), Some(0));
}

#[cfg(unix)]
#[test]
fn the_roles_run_one_by_one() {
    let folder = scratch("serve");
    let [one, two] = ["1", "2"].map(|number| {
        let file = folder.join(format!("{number}.pem")).to_str().unwrap().to_owned();
        json(&run(&["keygen", "--json", "--type", number, "--out", &file]));
        file
    });
    let start = |args: &[&str]| {
        let running = Running::start(&[&["serve"], args, &["--json", "--listen", "127.0.0.1:0"]].concat());
        let url = running.report["url"].as_str().unwrap().to_owned();
        (running, url)
    };
    let (issuer, issuer_url) = start(&["issuer", "--key", &one, "--key", &two]);
    let name = issuer_url.strip_prefix("http://").unwrap();
    let (attester, attester_url) = start(&["attester", "--issuer", name]);
    let (origin, origin_url) =
        start(&["origin", "--issuer", name, "--key", &one, "--key", &two, "--name", "localhost", "--profile", "rfc"]);
    // The name it was given is not the one in the URL.
    assert!(browse(&origin_url, "/").starts_with("HTTP/1.1 421 "));
    drop(origin);
    // Without a name it has its address, with the port it got.
    let (origin, free_url) = start(&["origin", "--issuer", name, "--key", &one]);
    assert!(browse(&free_url, "/").starts_with("HTTP/1.1 401 "));
    drop(origin);
    let port = origin_url.rsplit(':').next().unwrap();
    let address = format!("127.0.0.1:{port}");
    let origin = Running::start(&[
        "serve", "origin", "--json", "--listen", &address, "--issuer", name, "--key", &one, "--key", &two, "--epoch",
        "60",
    ]);
    for number in ["1", "2"] {
        let output = run(&["get", "--attester", &attester_url, "--type", number, &format!("{origin_url}/any")]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains(&format!("type 0x000{number}")));
    }

    // The same origin in front of another service, which must get the request and not the token.
    // It has no key of its own: the issuer's directory has it.
    drop(origin);
    let (behind, seen) = upstream();
    let origin =
        Running::start(&["serve", "origin", "--json", "--listen", &address, "--issuer", name, "--upstream", &behind]);
    let output = run(&["get", "--attester", &attester_url, &format!("{origin_url}/path?q=1")]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "behind"), "{}", stderr(&output));
    let request = seen.join().unwrap();
    assert!(request.starts_with("GET /path?q=1 HTTP/1.1\r\n"), "{request}");
    assert!(!request.to_ascii_lowercase().contains("authorization"), "{request}");
    let output = run(&["get", "--attester", &attester_url, &origin_url]);
    assert!(stderr(&output).contains("502"), "{}", stderr(&output));

    for running in [origin, attester, issuer] {
        assert_eq!(running.terminate(), Some(0));
    }
}

#[test]
fn a_service_is_not_exposed_by_mistake() {
    let file = scratch("expose").join("key.pem");
    let file = file.to_str().unwrap();
    json(&run(&["keygen", "--json", "--type", "1", "--out", file]));
    let output = run(&["serve", "issuer", "--key", file, "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--expose"), "{}", stderr(&output));
    let output = run(&["serve", "origin", "--listen", "127.0.0.1:0", "--issuer", "127.0.0.1:1"]);
    assert!(stderr(&output).contains("--token-key"), "{}", stderr(&output));
    let output = run(&["serve", "origin", "--listen", "0.0.0.0:0", "--expose", "--issuer", "x", "--key", file]);
    assert!(stderr(&output).contains("--name"), "{}", stderr(&output));
    let output = run(&["serve", "issuer", "--listen", "127.0.0.1:0", "--key", "/nonexistent"]);
    assert!(stderr(&output).contains("/nonexistent"), "{}", stderr(&output));
    assert_eq!(run(&["serve", "issuer"]).status.code(), Some(2));
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&["demo", "--port-base", &port]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--port-base"), "{}", stderr(&output));
    assert_eq!(run(&["demo", "--port-base", "65535"]).status.code(), Some(1));
    assert_eq!(run(&["demo", "--port-base", "0"]).status.code(), Some(2));
}

#[test]
fn get_says_what_to_do() {
    for (args, wanted) in [
        (&["get", "http://origin.example/"][..], "--insecure-http"),
        (&["get", "no url"], "https://"),
        (&["get", "--attester", "ftp://x", "https://127.0.0.1:1/"], "attester"),
        (&["get", "http://127.0.0.1:1/"], "next:"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(wanted), "{args:?}: {}", stderr(&output));
    }
}
