//! The controllers of a cluster.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_runtime::{CollectError, Collected, DataKind, Source, SourceDescription};
use tokio::time::timeout_at;

use super::{Plan, unconnected};
use crate::assess::{self, View};
use crate::cell::ClusterCell;
use crate::collect::controllers;
use crate::collect::missed::{Missed, chain};
use crate::collect::round::Round;
use crate::connect::Connector;
use crate::model::Controllers;

/// Asks for the quorum.
pub struct ControllersSource {
    description: SourceDescription,
    connector: Connector,
    view: View,
}

impl ControllersSource {
    /// A source that has read nothing yet.
    pub fn new(plan: &Plan, cell: Arc<ClusterCell>) -> Self {
        let description = Self::description(plan);
        let connector = Connector::new(Arc::new(plan.cluster.clone()), description.deadline, cell);
        Self { description, connector, view: plan.view() }
    }

    /// What the driver must know of it.
    pub fn description(plan: &Plan) -> SourceDescription {
        plan.description("controllers", DataKind::Measurements, plan.settings.controllers_period.get())
    }
}

impl Source for ControllersSource {
    type Model = Controllers;

    async fn collect(&mut self) -> Result<Collected<Controllers>, CollectError> {
        let mut round = Round::begin(self.description.deadline);
        let (cluster, stale) = self.connector.cluster().await.map_err(|error| unconnected(&error))?;
        if let Some(error) = stale {
            round.faults.items("files", error.reason(), 1, "see the message", || chain(&error));
        }
        round.brokers(cluster).await?;
        let read = timeout_at(round.all_until(), controllers::read(cluster)).await;
        let model = read.unwrap_or_else(|_| {
            Err(Missed::late("asking for the controllers", self.description.deadline, false))
        });
        let model = model.map_err(|missed| CollectError::new(missed.reason, missed.message))?;
        let (faults, ..) = round.finish();
        Ok(Collected { model, faults })
    }

    fn assess(&self, model: &Controllers, _now: Timestamp, batch: &mut Batch) {
        assess::controllers(model, &self.view, batch);
    }

    fn recover(&mut self) {
        self.connector.reset();
    }
}
