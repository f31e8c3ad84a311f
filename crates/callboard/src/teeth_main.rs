//! The `callboard` command with one planted defect, which `CALLBOARD_TOOTH` names (`callboard_kernel::teeth`).

#[path = "cli.rs"]
mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    if callboard::teeth::arm() {
        return cli::main();
    }
    eprintln!("callboard-teeth: the text that CALLBOARD_TOOTH cuts is not there any more");
    ExitCode::from(2)
}
