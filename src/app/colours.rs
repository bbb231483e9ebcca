//! Colouring documents off the board's task: the latest wish is the one that counts.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::ui::{self, Syntax};

use super::document::{Document, Paint};

type Wish = Option<(u64, Arc<Document>, Syntax)>;

/// One document is coloured at a time; of those wanted meanwhile only the last is.
pub(super) struct Colours {
    wishes: watch::Sender<Wish>,
    done: mpsc::Receiver<(u64, Vec<Paint>)>,
}

impl Colours {
    pub(super) fn start() -> Self {
        let (wishes, wanted) = watch::channel(None);
        let (send, done) = mpsc::channel(1);
        tokio::spawn(work(wanted, send));
        Self { wishes, done }
    }

    pub(super) fn want(&self, generation: u64, document: Arc<Document>, syntax: Syntax) {
        self.wishes.send_replace(Some((generation, document, syntax)));
    }

    /// The next document that is done, by its generation.
    pub(super) async fn next(&mut self) -> (u64, Vec<Paint>) {
        match self.done.recv().await {
            Some(done) => done,
            None => std::future::pending().await,
        }
    }
}

async fn work(mut wanted: watch::Receiver<Wish>, send: mpsc::Sender<(u64, Vec<Paint>)>) {
    while wanted.changed().await.is_ok() {
        let Some((generation, document, syntax)) = wanted.borrow_and_update().clone() else { continue };
        let coloured = tokio::task::spawn_blocking(move || ui::colour(&document, syntax)).await;
        // A panic has been reported by then, and the board may be gone.
        let Ok(colours) = coloured else { return };
        if send.send((generation, colours)).await.is_err() {
            return;
        }
    }
}
