//! The kinfuse binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = kinfuse::cli::parse(std::env::args_os());
    env_logger::Builder::new()
        .filter_level(arguments.log_level())
        .format(|out, record| {
            use std::io::Write;
            writeln!(out, "kinfuse: {}", record.args())
        })
        .init();
    match arguments.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever the names in it hold.
            let line: String = error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            eprintln!("kinfuse: {line}");
            ExitCode::FAILURE
        }
    }
}
