//! One exporter in the exposition: its families, what its sources published, and what of that is served.
//!
//! The state is behind one mutex per exporter. Under it only the index is worked on (who has which row, what is
//! withheld); text is encoded and compressed outside of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use lookout_declarations::Declaration;

use crate::budget::{Claimant, withheld};
use crate::claims::PartId;
use crate::contest::{Contest, Part, ServedChange};
use crate::drop_log;
use crate::header::Headers;
use crate::rows::{Rows, series_per_row};
use crate::trie::Node;
use crate::view::{ExporterView, FamilyView, Frame};
use crate::{Dropped, ExporterFamilies, ExporterStatistics};

/// An exporter with its state.
pub(crate) struct Exporter {
    pub(crate) name: &'static str,
    pub(crate) families: Vec<DeclaredFamily>,
    places: HashMap<&'static str, usize, FixedState>,
    state: Mutex<State>,
}

/// A family as declared.
pub(crate) struct DeclaredFamily {
    pub(crate) declaration: &'static Declaration,
    pub(crate) series_per_row: usize,
    headers: Arc<Headers>,
}

#[derive(Default)]
struct State {
    /// The most series that may be served.
    budget: usize,
    families: Vec<FamilyState>,
    /// Names for which rows came although the exporter does not declare them.
    undeclared: HashSet<&'static str, FixedState>,
    dropped: Dropped,
    clipped: u64,
    version: u64,
}

#[derive(Default)]
struct FamilyState {
    contest: Contest,
    withheld: bool,
    view: Option<Arc<FamilyView>>,
    log: drop_log::Once,
}

/// What one publish does to one family.
pub(crate) struct FamilyChange {
    pub(crate) family: usize,
    pub(crate) part: PartId,
    /// The part's rows from now on.
    pub(crate) root: Option<Arc<Node>>,
    pub(crate) published: Published,
    /// Rows left out because of others in the same part.
    pub(crate) duplicates: usize,
    /// The identity of one of them.
    pub(crate) example: Option<Box<[u8]>>,
}

/// Which rows of a part a publish brought.
pub(crate) enum Published {
    All,
    Hashes(Vec<u64>),
    Nothing,
}

/// What a writer left out of one family.
pub(crate) struct LeftOut {
    pub(crate) family: usize,
    pub(crate) invalid: u64,
    pub(crate) fault: Option<String>,
    pub(crate) beyond_size: u64,
    pub(crate) clipped: u64,
}

impl LeftOut {
    pub(crate) fn of(family: usize, rows: &Rows) -> Option<Self> {
        (rows.invalid + rows.beyond_size + rows.clipped > 0).then(|| Self {
            family,
            invalid: rows.invalid,
            fault: rows.fault.clone(),
            beyond_size: rows.beyond_size,
            clipped: rows.clipped,
        })
    }
}

/// One publish.
#[derive(Default)]
pub(crate) struct Commit {
    pub(crate) changes: Vec<FamilyChange>,
    pub(crate) left_out: Vec<LeftOut>,
    /// Families that the exporter does not declare, with their rows.
    pub(crate) undeclared: Vec<(&'static str, usize)>,
}

/// What a publish led to.
pub(crate) struct Committed {
    pub(crate) view: ExporterView,
    /// Parts that have pieces which may have to be compressed.
    pub(crate) served_changes: Vec<ServedChange>,
    /// The series of this publish that are not served.
    pub(crate) dropped: Dropped,
    /// The series that the source has, whether or not the budget withholds them.
    pub(crate) series: usize,
}

impl Exporter {
    /// `taken` are the family names of exporters before this one: a family never appears twice.
    pub(crate) fn new(exporter: ExporterFamilies, taken: &mut HashSet<&'static str>, frame: &Frame) -> Self {
        let ExporterFamilies { exporter: name, families, series_budget } = exporter;
        let mut entry = Self {
            name,
            families: Vec::with_capacity(families.len()),
            places: HashMap::default(),
            state: Mutex::new(State { budget: series_budget, ..State::default() }),
        };
        for declaration in families {
            if !taken.insert(declaration.name) {
                tracing::error!(
                    exporter = name,
                    family = declaration.name,
                    "declare family: the name is already declared, its rows will be dropped; rename one of them"
                );
                continue;
            }
            entry.places.insert(declaration.name, entry.families.len());
            entry.families.push(DeclaredFamily {
                declaration,
                series_per_row: series_per_row(declaration),
                headers: Arc::new(Headers::new(declaration, &frame.compressors)),
            });
        }
        entry.state().families.resize_with(entry.families.len(), FamilyState::default);
        entry
    }

    /// The place of the family with exactly this declaration.
    pub(crate) fn place(&self, declaration: &Declaration) -> Option<usize> {
        let place = *self.places.get(declaration.name)?;
        (self.families[place].declaration == declaration).then_some(place)
    }

    /// Enters what `source` published.
    pub(crate) fn commit(&self, source: u32, commit: Commit) -> Committed {
        let mut state = self.state();
        let mut dropped = Dropped::default();
        self.enter_left_out(&mut state, &commit, source, &mut dropped);
        let (mut served_changes, mut touched) = (Vec::new(), vec![false; self.families.len()]);
        let mut changes = commit.changes;
        for change in &mut changes {
            touched[change.family] = true;
            let contest = &mut state.families[change.family].contest;
            served_changes.extend(contest.replace(change.part, change.root.take()));
        }
        self.apply_budget(&mut state, &mut touched);
        // Counted at the end: what one change lost, a later one may have set free.
        for change in &changes {
            self.count_dropped(&mut state.families[change.family], change, &mut dropped);
        }
        state.dropped += dropped;
        let series = self.series_of(&state, source);
        Committed { view: self.view(&mut state, &touched), served_changes, dropped, series }
    }

    /// Changes the most series that may be served. The view, if that is something new: pieces of families that were
    /// withheld are compressed already.
    pub(crate) fn set_budget(&self, budget: usize) -> Option<ExporterView> {
        let mut state = self.state();
        if state.budget == budget {
            return None;
        }
        state.budget = budget;
        let mut touched = vec![false; self.families.len()];
        self.apply_budget(&mut state, &mut touched);
        touched.contains(&true).then(|| self.view(&mut state, &touched))
    }

    /// All rows of every source, and what is served of them where that is less.
    pub(crate) fn parts(&self) -> Vec<Arc<Node>> {
        let state = self.state();
        let parts = state.families.iter().flat_map(|family| family.contest.parts());
        parts.flat_map(|part| [part.own(), &part.served]).map(Arc::clone).collect()
    }

    pub(crate) fn statistics(&self) -> ExporterStatistics {
        let state = self.state();
        let mut statistics = ExporterStatistics {
            exporter: self.name,
            series: 0,
            budget: state.budget,
            dropped: state.dropped,
            clipped: state.clipped,
            withheld: Vec::new(),
        };
        for (declared, family) in self.families.iter().zip(&state.families) {
            if family.withheld {
                statistics.withheld.push(declared.declaration.name);
            } else {
                statistics.series += family.contest.rows() * declared.series_per_row;
            }
        }
        statistics
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter_left_out(&self, state: &mut State, commit: &Commit, source: u32, dropped: &mut Dropped) {
        for left_out in &commit.left_out {
            let declared = &self.families[left_out.family];
            let log = &mut state.families[left_out.family].log;
            if left_out.invalid > 0 {
                log.invalid(self.name, declared.declaration, left_out.invalid, left_out.fault.as_deref());
            }
            if left_out.beyond_size > 0 {
                log.beyond_size(self.name, declared.declaration, left_out.beyond_size);
            }
            if left_out.clipped > 0 {
                log.clipped(self.name, declared.declaration, left_out.clipped);
            }
            let series = declared.series_per_row as u64;
            dropped.invalid += left_out.invalid * series;
            dropped.budget += left_out.beyond_size * series;
            state.clipped += left_out.clipped;
        }
        for (family, rows) in &commit.undeclared {
            dropped.invalid += *rows as u64;
            if state.undeclared.insert(family) {
                drop_log::undeclared(self.name, family, source);
            }
        }
    }

    /// Counts the rows of a change that are not served: lost to others, or withheld with their family.
    fn count_dropped(&self, family: &mut FamilyState, change: &FamilyChange, dropped: &mut Dropped) {
        let (brought, lost) = match &change.published {
            Published::Nothing => (0, 0),
            Published::All => family.contest.part(change.part).map_or((0, 0), Part::rows_and_lost_rows),
            Published::Hashes(hashes) => (hashes.len(), family.contest.count_lost(change.part, hashes)),
        };
        let declared = &self.families[change.family];
        let duplicates = change.duplicates + lost;
        if duplicates > 0 {
            dropped.duplicate += (duplicates * declared.series_per_row) as u64;
            family.log.duplicate(self.name, declared.declaration, duplicates, change.example.as_deref());
        }
        if family.withheld {
            dropped.budget += ((brought - lost) * declared.series_per_row) as u64;
        }
    }

    fn apply_budget(&self, state: &mut State, touched: &mut [bool]) {
        let claimants: Vec<Claimant> = self
            .families
            .iter()
            .zip(&state.families)
            .map(|(declared, family)| Claimant {
                detail: declared.declaration.detail,
                series: family.contest.rows() * declared.series_per_row,
            })
            .collect();
        let decisions = withheld(&claimants, state.budget);
        let budget = state.budget;
        for (index, withheld) in decisions.into_iter().enumerate() {
            let family = &mut state.families[index];
            if family.withheld != withheld {
                family.withheld = withheld;
                touched[index] = true;
                let declaration = self.families[index].declaration;
                drop_log::withheld(self.name, declaration, withheld, claimants[index].series, budget);
            }
        }
    }

    fn series_of(&self, state: &State, source: u32) -> usize {
        let ids = [false, true].map(|keyed| PartId { source, keyed });
        let rows = |contest: &Contest| -> usize {
            ids.iter().filter_map(|id| contest.part(*id)).map(|part| part.served.totals().rows).sum()
        };
        let families = self.families.iter().zip(&state.families);
        families.map(|(declared, family)| rows(&family.contest) * declared.series_per_row).sum()
    }

    /// The view of the present state; only the families that were touched are looked at.
    fn view(&self, state: &mut State, touched: &[bool]) -> ExporterView {
        for (index, family) in state.families.iter_mut().enumerate().filter(|(index, _)| touched[*index]) {
            let with_rows = |served: &&Arc<Node>| served.totals().rows > 0;
            let parts: Box<[_]> =
                family.contest.parts().iter().map(|part| &part.served).filter(with_rows).cloned().collect();
            family.view = (!family.withheld && !parts.is_empty())
                .then(|| Arc::new(FamilyView { headers: Arc::clone(&self.families[index].headers), parts }));
        }
        state.version += 1;
        let families = state.families.iter().filter_map(|family| family.view.clone()).collect();
        ExporterView::new(self.name, state.version, families)
    }
}
