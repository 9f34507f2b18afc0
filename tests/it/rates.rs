//! Exchange rates: how they come in, and what sales in other currencies are worth by them.

mod command;
mod converting;
mod fetching;
mod importing;

use std::sync::Arc;

use accrue::app::rates::Bringing;
use accrue::domain::ecb;
use accrue::domain::id::ProgramId;
use accrue::operations::import_rates::Imported;

use crate::support::house::House;
use crate::support::in_process::wait_for;

/// Friday the twentieth of March 2026, the day on which a house opens, and the days before it.
const HISTORY: &str = "\
Date,USD,JPY,GBP,CYP,
2026-03-20,1.0837,163.42,0.83355,N/A,
2026-03-19,1.0850,N/A,0.8340,N/A,
2026-03-13,1.0900,161.00,0.8400,N/A,
2026-03-12,1.1000,160.00,0.8500,N/A,
2008-01-02,1.4688,161.36,0.7386,0.5853,
";

/// Takes the text of a file into a program.
fn take_in(house: &House, program: ProgramId, text: &str) -> Imported {
    let today = accrue::domain::time::Zone::utc().local_day(house.now());
    let file = Arc::new(ecb::read(text, today).unwrap_or_else(|why| panic!("{why}")));
    wait_for(house.app().import_rates(program, &file, Bringing::default())).unwrap_or_else(|why| panic!("{why}"))
}
