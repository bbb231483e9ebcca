//! Jobs of replay: the journal, the function to send to, and runs.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::config::create_private;
use crate::record::FunctionArn;
use crate::record::jq::with_room;
use crate::replay::attempts::{self, Attempts};
use crate::replay::drive::{Control, Manner, SharedJournal, Told};
use crate::replay::facts::{self, Facts};
use crate::replay::journal::{AttemptId, History};
use crate::replay::jq::Program;
use crate::replay::run::Pace;
use crate::replay::{Plan, Run, Verdict, drive};

use super::{Answer, JobError, Reporter, World, blocking};

/// What is sent, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What is sent.
    pub plan: Arc<Plan>,
    /// How fast.
    pub pace: Pace,
}

/// Payloads by what they were; or why one cannot be changed so.
pub type Changes = Arc<HashMap<String, Result<String, String>>>;

/// A job of replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayRequest {
    /// What the journal knows.
    History,
    /// What is known of a function with its qualifier.
    Facts(FunctionArn),
    /// Send a plan; told of item by item, and controlled while it runs.
    Run(Order),
    /// Write down how a send ended.
    Answered(AttemptId, Verdict),
    /// How far an invocation has come, by the log of its function.
    Attempts {
        /// The function, as it was invoked.
        function: String,
        /// Its log group, once that is known.
        group: Option<String>,
        /// Id of the invocation.
        request_id: String,
        /// From when on to look, in milliseconds since the Unix epoch.
        since: i64,
    },
    /// What a jq expression makes of a payload.
    Change {
        /// The expression.
        program: String,
        /// The payload.
        payload: String,
    },
    /// What a jq expression makes of several payloads.
    ChangeAll {
        /// The expression.
        program: String,
        /// The payloads, each once.
        payloads: Arc<Vec<String>>,
    },
    /// Save the summary of a run.
    Save(String),
}

/// What a job of replay has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayAnswer {
    /// What the journal knows.
    History(Arc<History>),
    /// What is known of the function.
    Facts(Box<Facts>),
    /// What happened in a run.
    Told(Box<Told>),
    /// The run is over.
    Ran,
    /// It is written down.
    Noted,
    /// How far the invocation has come.
    Attempts(Attempts),
    /// The changed payload, or why it cannot be changed so.
    Changed(Result<String, String>),
    /// The changed payloads by what they were, or why the expression is none.
    ChangedAll(Result<Changes, String>),
    /// Where the summary lies.
    Saved(PathBuf),
}

impl ReplayRequest {
    pub(super) async fn work(
        self,
        world: &World,
        reporter: &Reporter,
        controls: mpsc::UnboundedReceiver<Control>,
    ) -> Result<Answer, JobError> {
        Ok(Answer::Replay(match self {
            Self::History => history(journal(world)?).await?,
            Self::Facts(function) => {
                ReplayAnswer::Facts(Box::new(facts::look(&world.sending.clients().await?, &function).await))
            }
            Self::Run(order) => run(order, world, reporter, controls).await?,
            Self::Answered(attempt, verdict) => noted(journal(world)?, attempt, verdict).await?,
            Self::Attempts { function, group, request_id, since } => {
                let clients = world.sending.clients().await?;
                ReplayAnswer::Attempts(attempts::count(&clients, &function, group, &request_id, since).await?)
            }
            Self::Change { program, payload } => ReplayAnswer::Changed(changed(program, payload).await?),
            Self::ChangeAll { program, payloads } => ReplayAnswer::ChangedAll(changed_all(program, payloads).await?),
            Self::Save(text) => ReplayAnswer::Saved(saved(world, &text)?),
        }))
    }
}

fn journal(world: &World) -> Result<SharedJournal, JobError> {
    world.journal.clone().map_err(JobError::Told)
}

async fn history(journal: SharedJournal) -> Result<ReplayAnswer, JobError> {
    blocking(move || {
        let mut journal = journal.lock();
        journal.refresh().map_err(|error| error.to_string())?;
        Ok(ReplayAnswer::History(Arc::new(journal.history().clone())))
    })
    .await
}

async fn noted(journal: SharedJournal, attempt: AttemptId, verdict: Verdict) -> Result<ReplayAnswer, JobError> {
    blocking(move || {
        let noted = journal.lock().answered(&attempt, &verdict);
        noted.map(|()| ReplayAnswer::Noted).map_err(|error| error.to_string())
    })
    .await
}

async fn run(
    order: Order,
    world: &World,
    reporter: &Reporter,
    controls: mpsc::UnboundedReceiver<Control>,
) -> Result<ReplayAnswer, JobError> {
    let journal = journal(world)?;
    // What keeps everything from being sent is told once, rather than of every payload.
    world.sending.clients().await?;
    let (tell, mut told) = mpsc::channel(64);
    let run = Run::new(Plan::clone(&order.plan), order.pace);
    let manner = Manner { wait: true, attended: true };
    let pass_on = async {
        while let Some(told) = told.recv().await {
            reporter.progress(Answer::Replay(ReplayAnswer::Told(Box::new(told)))).await;
        }
    };
    tokio::join!(drive(run, world.sending.clone(), journal, controls, tell, manner), pass_on);
    Ok(ReplayAnswer::Ran)
}

async fn changed(program: String, payload: String) -> Result<Result<String, String>, JobError> {
    blocking(move || {
        let changed = Program::compile(&program).and_then(|program| program.apply(&payload));
        Ok(changed.map_err(|error| error.to_string()))
    })
    .await
}

async fn changed_all(program: String, payloads: Arc<Vec<String>>) -> Result<Result<Changes, String>, JobError> {
    blocking(move || {
        let program = Program::compile(&program).map_err(|error| error.to_string());
        Ok(program.map(|program| {
            let change = |payload: &String| program.apply(payload).map_err(|error| error.to_string());
            Arc::new(with_room(|| payloads.iter().map(|payload| (payload.clone(), change(payload))).collect()))
        }))
    })
    .await
}

fn saved(world: &World, text: &str) -> Result<PathBuf, JobError> {
    let folder = world.reports.clone().map_err(JobError::Told)?;
    let name = format!("replay-{}.txt", jiff::Zoned::now().strftime("%Y-%m-%dT%H-%M-%S"));
    let path = folder.join(name);
    let written = create_private(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map(|()| path.clone()).map_err(|error| JobError::Told(format!("cannot write {}: {error}", path.display())))
}
