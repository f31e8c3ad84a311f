//! The `callboard` command with one planted defect, which `CALLBOARD_TOOTH` names (`callboard_kernel::teeth`), or as the
//! version after this one, with `CALLBOARD_NEXT_VERSION`.

#[path = "cli.rs"]
mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    if callboard::teeth::arm() && callboard::teeth::advance() {
        return cli::main();
    }
    eprintln!("callboard-teeth: the text that CALLBOARD_TOOTH cuts is not there any more");
    ExitCode::from(2)
}
