//! A bad network between two programs that speak UDP, such as two that meet for a playdate:
//!
//! ```text
//! cargo run -p eggtooth_prong --example udp_proxy -- --listen 127.0.0.1:4800 --to 127.0.0.1:4790 \
//!     --delay 300 --jitter 20 --loss 20 --seed 7 --switch-after 10 --cut-after 20 --cut-for 5 --for 60
//! ```
//!
//! | option | meaning |
//! | --- | --- |
//! | `--listen A` | where the calling program sends to; port 0: any, which the first line printed names |
//! | `--to B` | where the listening program is |
//! | `--delay MS` | how long each datagram takes, each way; 0 |
//! | `--jitter MS` | how much longer one may take by chance, so that others overtake it; 0 |
//! | `--loss PERCENT` | how many are lost, each way; 0 |
//! | `--seed N` | what chance is drawn from: the same fate for the n-th datagram of each direction; 1 |
//! | `--switch-after S` | after so many seconds all clients seem to send from other ports |
//! | `--cut-after S`, `--cut-for S` | after so many seconds nothing passes, for so many (without it: for good) |
//! | `--for S` | how long it runs; without it until it is killed |
//!
//! It prints `listening on ADDRESS`, and at the end how many datagrams came and were lost.

mod proxy;

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

use proxy::{Proxy, Weather};

#[derive(Default)]
struct Options {
    listen: Option<SocketAddr>,
    to: Option<SocketAddr>,
    weather: Weather,
    seed: u64,
    switch: Option<Duration>,
    cut: Option<Duration>,
    cut_for: Option<Duration>,
    lasts: Option<Duration>,
}

fn main() -> ExitCode {
    match options().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("udp_proxy: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options { seed: 1, ..Options::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let text = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--listen" => options.listen = Some(value(&name, &text)?),
            "--to" => options.to = Some(value(&name, &text)?),
            "--delay" => options.weather.delay = Duration::from_millis(value(&name, &text)?),
            "--jitter" => options.weather.jitter = Duration::from_millis(value(&name, &text)?),
            "--loss" => options.weather.loss = value(&name, &text)?,
            "--seed" => options.seed = value(&name, &text)?,
            "--switch-after" => options.switch = Some(seconds(&name, &text)?),
            "--cut-after" => options.cut = Some(seconds(&name, &text)?),
            "--cut-for" => options.cut_for = Some(seconds(&name, &text)?),
            "--for" => options.lasts = Some(seconds(&name, &text)?),
            _ => return Err(format!("{name} is no option; those there are stand at the top of its source")),
        }
    }
    Ok(options)
}

fn value<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{name} {text}: {error}"))
}

fn seconds(name: &str, text: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(value(name, text)?).map_err(|error| format!("{name} {text}: {error}"))
}

fn run(options: Options) -> Result<(), String> {
    let listen = options.listen.ok_or("--listen ADDRESS is missing")?;
    let to = options.to.ok_or("--to ADDRESS is missing")?;
    let proxy =
        Proxy::start(listen, to, options.weather, options.seed).map_err(|error| format!("{listen}: {error}"))?;
    println!("listening on {}", proxy.addr());
    let start = Instant::now();
    let mut events: Vec<(Duration, &str)> = Vec::new();
    events.extend(options.switch.map(|at| (at, "switch")));
    events.extend(options.cut.map(|at| (at, "cut")));
    events.extend(options.cut.zip(options.cut_for).map(|(at, lasts)| (at + lasts, "mend")));
    events.extend(options.lasts.map(|at| (at, "end")));
    events.sort();
    for (at, what) in events {
        std::thread::sleep(at.saturating_sub(start.elapsed()));
        match what {
            "switch" => proxy.switch(),
            "cut" => proxy.set(Weather { cut: true, ..options.weather }),
            "mend" => proxy.set(options.weather),
            _ => {
                let count = proxy.count();
                println!("{} datagrams came, {} were lost", count.came, count.lost);
                return Ok(());
            }
        }
    }
    loop {
        std::thread::park();
    }
}
