//! `accrue rates import`.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::app::rates::sentence;
use crate::config::Config;
use crate::domain::audit::AuditActor;
use crate::domain::ecb::RateFile;
use crate::domain::handle::ProgramSlug;
use crate::domain::time::Zone;
use crate::environment::clock::Clock;
use crate::opening::{self, Opened, WhenInUse};
use crate::operations::apply_rates::apply_rates;
use crate::operations::import_rates::{Imported, PORTION, import_rates, leaps_of, usable};
use crate::operations::read_rates::{LONGEST, read_rates};
use crate::storage::programs::{self, ProgramRow};
use crate::storage::write::transaction;

/// What `rates` is told.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Take in the European Central Bank's rates: its daily or historical CSV file, or the .zip that holds it
    Import(Import),
}

#[derive(Args, Debug)]
struct Import {
    /// The file; - reads standard input
    file: PathBuf,

    /// The program it is for, by its name in URLs [default: every program]
    #[arg(long, value_name = "SLUG", value_parser = ProgramSlug::parse)]
    program: Option<ProgramSlug>,

    /// Take rates in even if one is more than twice the one before it, or less than half of it
    #[arg(long)]
    even_if_implausible: bool,
}

/// Takes the file in, all of it or, when it cannot be read, nothing, and prints what came of it.
pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Import(import) = &arguments.command;
    let name = if import.file.as_os_str() == "-" { "standard input".into() } else { import.file.to_string_lossy() };
    let bytes = read(import).with_context(|| name.to_string())?;
    let clock = Clock::system();
    let file = read_rates(&bytes, Zone::utc().local_day(clock.now())).with_context(|| name.to_string())?;
    let mut opened = opening::open(config, clock, WhenInUse::Refuse)?;
    let all = programs::all(&mut opened.conn)?;
    let wanted: Vec<ProgramRow> =
        all.into_iter().filter(|row| import.program.as_ref().is_none_or(|slug| row.slug == *slug)).collect();
    match (&import.program, wanted.is_empty()) {
        (Some(slug), true) => bail!("there is no program {slug}"),
        (None, true) => bail!("there is no program yet; rates belong to one"),
        _ => {}
    }
    if !import.even_if_implausible {
        for program in &wanted {
            check(&mut opened, program, &file).with_context(|| format!("{}: {name}", program.slug))?;
        }
    }
    for program in wanted {
        let imported = take_in(&mut opened, &program, &file)?;
        println!("{}: {}", program.slug, told(&imported));
        let released = release(&mut opened, &program)?;
        println!("{}: {released} conversions waited for them", program.slug);
    }
    if !file.passed_over.is_empty() {
        let codes: Vec<&str> = file.passed_over.iter().map(String::as_str).collect();
        println!("passed over, money no more: {}", codes.join(" "));
    }
    Ok(ExitCode::SUCCESS)
}

/// All of it, or a little more than any such file has.
fn read(import: &Import) -> io::Result<Vec<u8>> {
    let source: Box<dyn Read> =
        if import.file.as_os_str() == "-" { Box::new(io::stdin().lock()) } else { Box::new(File::open(&import.file)?) };
    let mut bytes = Vec::new();
    source.take(u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Refuses rates that leap.
fn check(opened: &mut Opened, program: &ProgramRow, file: &RateFile) -> anyhow::Result<()> {
    let leaps = leaps_of(&mut opened.conn, program.id, usable(program, &file.rates).0)?;
    if !leaps.is_empty() {
        bail!("{}; nothing was taken in. --even-if-implausible takes it all the same", sentence(&leaps));
    }
    Ok(())
}

fn take_in(opened: &mut Opened, program: &ProgramRow, file: &RateFile) -> anyhow::Result<Imported> {
    let (rates, too_old) = usable(program, &file.rates);
    let mut imported = Imported { too_old, ..Imported::default() };
    let mut by = Some(AuditActor::CommandLine);
    for portion in rates.chunks(PORTION) {
        let env = &opened.environment;
        imported += transaction(&mut opened.conn, |write| import_rates(write, env, program.id, portion, by.take()))?;
    }
    Ok(imported)
}

/// Gives what waited for these rates its amount, and answers with how much that was.
fn release(opened: &mut Opened, program: &ProgramRow) -> anyhow::Result<usize> {
    let (mut released, mut after) = (0, None);
    loop {
        let env = &opened.environment;
        let applied = transaction(&mut opened.conn, |write| apply_rates(write, env, program.id, after))?;
        released += applied.changed;
        after = applied.next;
        if after.is_none() {
            return Ok(released);
        }
    }
}

fn told(imported: &Imported) -> String {
    let Imported { added, changed, unchanged, too_old } = imported;
    format!("{added} rates added, {changed} changed, {unchanged} known, {too_old} left out as older than the program")
}
