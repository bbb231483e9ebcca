//! The export menu, and notes on records.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::action::Action;
use crate::app::jobs::{Answer, Luggage, News, Request, SaveAs, SaveWanted};
use crate::app::message::Effect;
use crate::app::model::{Model, Overlay, Packing, Scope, TextLine};
use crate::log::plural;
use crate::output::export;
use crate::record::Arrival;

/// Records that can be copied at once; more than these are saved as files.
const MOST_COPIED: usize = 1000;

/// Records that are gathered before the keyboard is heard again.
const PACKED: usize = 1000;

impl Model {
    pub(super) fn open_export(&mut self) {
        let scope = if self.scope_size(Scope::Marked) > 0 { Scope::Marked } else { Scope::One };
        self.overlay = Some(Overlay::Export(scope));
    }

    pub(super) fn in_export(&mut self, scope: Scope, action: Action, effects: &mut Vec<Effect>) -> Option<Overlay> {
        match action {
            Action::Toggle => {
                let next = std::iter::successors(Some(scope.next()), |scope| Some(scope.next()));
                let next = next.take(Scope::ALL.len()).find(|scope| self.scope_size(*scope) > 0);
                return Some(Overlay::Export(next.unwrap_or(scope)));
            }
            Action::SaveSession => self.save(scope, SaveAs::Session, effects),
            Action::SaveNote => self.save(scope, SaveAs::Note, effects),
            Action::SavePayloads => self.save(scope, SaveAs::Payloads, effects),
            Action::SaveEvents => self.save(scope, SaveAs::TestEvents, effects),
            Action::Back => {}
            _ => self.export_copy(scope, action, effects),
        }
        None
    }

    fn export_copy(&mut self, scope: Scope, action: Action, effects: &mut Vec<Effect>) {
        if self.scope_size(scope) > MOST_COPIED {
            return self.notify(format!("more than {MOST_COPIED} records: save them, or filter first"));
        }
        let arrivals: Vec<_> = self.scoped(scope).into_iter().filter_map(|seq| self.with_kept(seq)).collect();
        let masked: Vec<_> = arrivals.iter().map(|arrival| self.masks.arrival(arrival)).collect();
        let hidden = masked.iter().flatten().count();
        let arrivals: Vec<Arrival> =
            masked.into_iter().zip(arrivals).map(|(masked, arrival)| masked.unwrap_or(arrival)).collect();
        let endpoint = self.source.place.endpoint.clone();
        let (what, parts) = copied(action, &arrivals, endpoint.as_deref());
        if parts.is_empty() {
            return self.notify(format!("no {what}: no record, or none with a payload"));
        }
        let masks = if hidden > 0 { format!(", values in {hidden} masked") } else { String::new() };
        let left = arrivals.len().saturating_sub(parts.len());
        let left =
            if left > 0 && action != Action::ExportJson { format!(", {left} have no payload") } else { String::new() };
        self.notify(format!("copied the {what} of {} records{left}{masks}", arrivals.len()));
        effects.push(Effect::Copy(parts.join("\n")));
    }

    fn save(&mut self, scope: Scope, form: SaveAs, effects: &mut Vec<Effect>) {
        if self.packing.is_some() {
            return self.notify("not saved: the records of the last save are still being gathered; try again");
        }
        self.notify("saving …");
        self.packing = Some(Packing::new(scope, form));
        self.pack(effects);
    }

    /// Gathers some more of the records that are saved, and saves them once all are there; `true` while some are left.
    pub(super) fn pack(&mut self, effects: &mut Vec<Effect>) -> bool {
        let Some(mut packing) = self.packing.take() else { return false };
        if packing.left.is_none() && (packing.scope != Scope::Filtered || self.is_settled()) {
            packing.query = self.query().to_string();
            let mut left = self.scoped(packing.scope);
            left.reverse();
            packing.left = Some(left);
        }
        let slice = packing.left.as_mut().map(|left| left.split_off(left.len().saturating_sub(PACKED)));
        let gathered = slice.into_iter().flatten().rev().filter_map(|seq| self.with_kept(seq));
        packing.arrivals.extend(gathered);
        if packing.left.as_ref().is_none_or(|left| !left.is_empty()) {
            self.packing = Some(packing);
            return true;
        }
        self.save_packed(packing, effects);
        false
    }

    fn save_packed(&mut self, packing: Packing, effects: &mut Vec<Effect>) {
        if packing.arrivals.is_empty() {
            return self.notify("nothing to save: there is no such record");
        }
        let luggage = Luggage {
            arrivals: packing.arrivals,
            masks: Arc::clone(&self.masks),
            query: packing.query,
            now: self.now,
            zone: self.clock_zone(),
            folder: PathBuf::from("."),
        };
        let wanted = SaveWanted { form: packing.form, luggage: Arc::new(luggage) };
        let ticket = self.start(Request::Save(Box::new(wanted)), effects);
        self.saving.push(ticket);
    }

    /// Learns where something was saved.
    pub(super) fn taken_along(&mut self, news: News) {
        let News::Done(done) = news else { return };
        match done {
            Ok(Answer::Saved(saved)) => {
                let many = plural(saved.count);
                self.notify(format!("saved {} {}{many} in {}", saved.count, saved.what, saved.path.display()));
            }
            Ok(_) => {}
            Err(error) => self.notify(error.to_string()),
        }
    }

    pub(super) fn open_note(&mut self) {
        let Some((seq, _)) = self.open_entry() else { return self.notify("no record to write a note on") };
        let line = TextLine::new(self.notes.get(&seq).map_or("", String::as_str));
        self.hold();
        self.overlay = Some(Overlay::Note(Box::new(line)));
    }

    pub(super) fn in_note(&mut self, line: Box<TextLine>, action: Action) -> Option<Overlay> {
        match (action, self.open_entry().map(|(seq, _)| seq)) {
            (Action::Accept, Some(seq)) if line.text().trim().is_empty() => drop(self.notes.remove(&seq)),
            (Action::Accept, Some(seq)) => drop(self.notes.insert(seq, line.text().trim().to_owned())),
            (Action::Accept | Action::Back, _) => {}
            _ => return Some(Overlay::Note(line)),
        }
        None
    }
}

/// What is copied, in words, and its parts.
fn copied(action: Action, arrivals: &[Arrival], endpoint: Option<&str>) -> (&'static str, Vec<String>) {
    match action {
        Action::ExportJson if arrivals.is_empty() => ("JSON", Vec::new()),
        Action::ExportJson => ("JSON", vec![export::records(arrivals)]),
        Action::ExportInvoke => (
            "`aws lambda invoke` line",
            arrivals.iter().filter_map(|arrival| export::invoke(arrival, endpoint)).collect(),
        ),
        Action::ExportCurl => {
            ("curl line", arrivals.iter().filter_map(|arrival| export::curl(arrival, endpoint)).collect())
        }
        _ => ("test event", arrivals.iter().filter_map(export::test_event).collect()),
    }
}
