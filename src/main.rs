//! The kinfuse binary: parse, run, exit code.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = kinfuse::cli::parse(std::env::args_os());
    env_logger::Builder::new().filter_level(arguments.log_level()).format(|out, record| writeln!(out, "kinfuse: {}", record.args())).init();
    // htslib looks for a CRAM's reference on the network unless it is told where to look instead.
    std::env::set_var("REF_PATH", "no-remote-reference-lookup");
    match arguments.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever the names in it hold.
            let line: String = error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = writeln!(std::io::stderr(), "kinfuse: {line}");
            ExitCode::FAILURE
        }
    }
}
