//! `accrue demo`: a program to try.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::demo_campaigns::{CAMPAIGNS, Plan};
use super::demo_history;
use crate::config::{Config, PublicUrl};
use crate::domain::affiliate::AffiliateStatus;
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::campaign::IntegrationMethod;
use crate::domain::click_token::Mode;
use crate::domain::currency::Currency;
use crate::domain::handle::{AffiliateCode, EmailAddress};
use crate::domain::id::{AffiliateId, CampaignId, ProgramId, UserId};
use crate::domain::link::Link;
use crate::domain::name::Name;
use crate::domain::permission::{Scope, Scopes};
use crate::domain::time::Zone;
use crate::environment::Environment;
use crate::environment::clock::Clock;
use crate::opening::{self, WhenInUse};
use crate::operations::audit::note;
use crate::operations::campaign_media::add_media;
use crate::operations::create_affiliate::{NewAffiliate, create_affiliate};
use crate::operations::create_campaign::create_campaign;
use crate::operations::create_link::create_link;
use crate::operations::issue_key::{Holder, issue_key};
use crate::operations::passwords::{self, ChosenPassword, HashedPassword};
use crate::operations::set_up::{NewOwner, NewProgram, create_owner, create_program};
use crate::storage::programs;
use crate::storage::write::{Write, transaction};

/// What `demo` is told.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,

    /// Add believable clicks and conversions of so many days up to now
    #[arg(long, value_name = "DAYS", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=400))]
    history: u16,
}

/// What was made, in the shape that `--json` prints.
#[derive(Serialize)]
struct Demo {
    public_url: String,
    admin: Admin,
    program: DemoProgram,
    affiliates: Vec<DemoAffiliate>,
    campaigns: Vec<DemoCampaign>,
}

#[derive(Serialize)]
struct Admin {
    email: String,
    password: String,
}

#[derive(Serialize)]
struct DemoProgram {
    id: ProgramId,
    slug: String,
    currency: &'static str,
    time_zone: String,
    tokens: ProgramTokens,
}

#[derive(Serialize)]
struct ProgramTokens {
    manage: String,
    track: String,
    read: String,
    postback: String,
}

#[derive(Serialize)]
struct DemoAffiliate {
    id: AffiliateId,
    code: String,
    name: &'static str,
    status: &'static str,
    token: String,
}

#[derive(Serialize)]
struct DemoCampaign {
    id: CampaignId,
    name: &'static str,
    kind: &'static str,
    tool_type: &'static str,
    method: &'static str,
    api_key: String,
    direct_mode: bool,
    links: Vec<DemoLink>,
}

#[derive(Serialize)]
struct DemoLink {
    affiliate_id: AffiliateId,
    code: String,
    url: String,
}

const ADMIN_EMAIL: &str = "admin@alderfinch.example";

/// Code, name and status of the demo's affiliates.
const AFFILIATES: [(&str, &str, AffiliateStatus); 3] = [
    ("wander", "Wander Weekly", AffiliateStatus::Active),
    ("trailtide", "Trail and Tide", AffiliateStatus::Active),
    ("lantern", "Old Lantern Blog", AffiliateStatus::Paused),
];

/// Fills an empty database and prints what was made.
pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut opened = opening::open(config, Clock::system(), WhenInUse::Refuse)?;
    if !programs::all(&mut opened.conn)?.is_empty() {
        bail!("{} has a program already; the demo needs an empty database", opened.url);
    }
    let public_url = config.public_url_on(config.bind)?;
    let now = opened.environment.clock.now();
    let begin = demo_history::begin(now, arguments.history);
    let env = Environment { clock: Clock::standing_at(begin), ..opened.environment.clone() };
    let password = ChosenPassword::made(&env);
    let hashed = passwords::hash(&password, &env)?;
    let admin = Admin { email: ADMIN_EMAIL.into(), password: password.reveal().into() };
    // What is made is as old as its history; that it was made is noted as of now.
    let at_the_desk = opened.environment.clone();
    // Keys are shown once, so they are shown before anything is kept: what could not be printed is not there.
    transaction(&mut opened.conn, |write| {
        let demo = fill(write, &env, &public_url, (admin, hashed))?;
        let program = demo.program.id;
        let act = Act::in_program(program, AuditActor::CommandLine, Action::DemoFilled);
        note(write, &at_the_desk, &act.on(program))?;
        print(&demo, arguments.json)
    })?;
    demo_history::add(&mut opened.conn, &env, now)?;
    Ok(ExitCode::SUCCESS)
}

fn fill(
    write: &mut Write<'_>,
    env: &Environment,
    public_url: &PublicUrl,
    (admin, password): (Admin, HashedPassword),
) -> anyhow::Result<Demo> {
    let new = NewProgram { name: "Alderfinch".into(), base_currency: Currency::USD, zone: Zone::utc() };
    let program = create_program(write, env, &new)?;
    let email = EmailAddress::parse(&admin.email)?;
    let owner = create_owner(write, env, &[program.id], NewOwner { email, name: "Demo admin".into(), password })?;
    let affiliates = AFFILIATES
        .iter()
        .map(|(code, name, status)| make_affiliate(write, env, program.id, (code, name, *status)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let campaigns = CAMPAIGNS
        .iter()
        .map(|plan| make_campaign(write, env, (program.id, owner), plan, (&affiliates, public_url)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(s2s) = campaigns.iter().find(|campaign| campaign.method == IntegrationMethod::S2sApi.as_str()) {
        programs::set_default_campaign(write, program.id, s2s.id)?;
    }
    let program = DemoProgram {
        id: program.id,
        slug: program.slug.as_str().to_owned(),
        currency: program.base_currency.code(),
        time_zone: program.time_zone,
        tokens: make_tokens(write, env, program.id)?,
    };
    Ok(Demo { public_url: public_url.as_str().to_owned(), admin, program, affiliates, campaigns })
}

fn make_tokens(write: &mut Write<'_>, env: &Environment, program: ProgramId) -> anyhow::Result<ProgramTokens> {
    let mut make = |scope: Scope| -> anyhow::Result<String> {
        let holder = Holder::Program(Scopes::new(&[scope]));
        let key = issue_key(write, env, program, Mode::Live, holder, scope.as_str())?;
        Ok(key.as_str().to_owned())
    };
    Ok(ProgramTokens {
        manage: make(Scope::Manage)?,
        track: make(Scope::Track)?,
        read: make(Scope::Read)?,
        postback: make(Scope::Postback)?,
    })
}

fn make_affiliate(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (code, name, status): (&'static str, &'static str, AffiliateStatus),
) -> anyhow::Result<DemoAffiliate> {
    let new = NewAffiliate { code: Some(AffiliateCode::parse(code)?), name: Name::parse(name)?, email: None, status };
    let id = create_affiliate(write, env, program, new)?;
    let token = issue_key(write, env, program, Mode::Live, Holder::Affiliate(id), name)?;
    Ok(DemoAffiliate { id, code: code.into(), name, status: status.as_str(), token: token.as_str().to_owned() })
}

fn make_campaign(
    write: &mut Write<'_>,
    env: &Environment,
    (program, owner): (ProgramId, UserId),
    plan: &Plan,
    (affiliates, public_url): (&[DemoAffiliate], &PublicUrl),
) -> anyhow::Result<DemoCampaign> {
    let (id, key) = create_campaign(write, env, program, plan.campaign(owner)?)?;
    add_media(write, env, program, id, plan.images()?)?;
    let links = affiliates
        .iter()
        .map(|affiliate| Ok(demo_link(&create_link(write, env, program, id, affiliate.id)?, public_url)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(DemoCampaign {
        id,
        name: plan.name,
        kind: plan.kind.as_str(),
        tool_type: plan.tool_type.as_str(),
        method: plan.method.as_str(),
        api_key: key.as_str().to_owned(),
        direct_mode: plan.method == IntegrationMethod::Mobile,
        links,
    })
}

fn demo_link(link: &Link, public_url: &PublicUrl) -> DemoLink {
    let code = link.code.as_str().to_owned();
    DemoLink { affiliate_id: link.affiliate_id, url: public_url.join(&format!("/c/{code}")), code }
}

fn print(demo: &Demo, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(demo)?)?;
        return Ok(out.flush()?);
    }
    let program = &demo.program;
    writeln!(
        out,
        "A program to try is in the database: {} ({}, {}).",
        program.slug, program.currency, program.time_zone
    )?;
    writeln!(out, "Its owner is {}, with the password {} (shown once).", demo.admin.email, demo.admin.password)?;
    for campaign in &demo.campaigns {
        writeln!(out, "\n{} ({}, {})", campaign.name, campaign.kind, campaign.method)?;
        writeln!(out, "  id       {}", campaign.id)?;
        writeln!(out, "  API key  {}", campaign.api_key)?;
        for link in &campaign.links {
            let by = demo.affiliates.iter().find(|affiliate| affiliate.id == link.affiliate_id);
            let (name, status) = by.map_or(("", ""), |affiliate| (affiliate.name, affiliate.status));
            writeln!(out, "  link     {}  by {name}, {status}", link.url)?;
        }
    }
    writeln!(
        out,
        "\nNow start the server: `accrue serve`. With --json all of this is printed as one object, tokens included."
    )?;
    Ok(out.flush()?)
}
