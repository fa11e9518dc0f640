//! One exchange: requests one way, their answers the other, both at once.
//!
//! Both at once, because a broker that cannot get rid of its answers stops reading requests. The two halves are joined
//! by a queue of what is due: its length is the depth of the pipeline, and its front is whose time is running.

use core::sync::atomic::Ordering::Relaxed;

use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    sync::mpsc,
};

use super::{Connection, Stream, frame};
use crate::{Address, Answer, Api, EncodeRequest, Failure, Malformed, Options, Request, Traffic};

/// An answer that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) api: Api,
    pub(super) version: i16,
    pub(super) correlation: i32,
}

impl Connection {
    /// As [`Self::ask_all`], without a look at the login.
    pub(crate) async fn exchange(
        &mut self,
        requests: impl IntoIterator<Item = Result<Request, EncodeRequest>>,
        take: impl FnMut(usize, Answer) -> Result<(), Malformed>,
    ) -> Result<(), Failure> {
        if self.is_spoilt {
            return Err(Failure::UseConnection { broker: self.broker.clone() });
        }
        self.is_spoilt = true;
        let (read, write) = tokio::io::split(&mut self.stream);
        // One more is due than is queued: the one that is being read.
        let (queue, due) = mpsc::channel(self.options.pipeline_depth.saturating_sub(1).max(1));
        let writer = Writer {
            broker: &self.broker,
            options: &self.options,
            write,
            queue,
            next_correlation: &mut self.next_correlation,
            traffic: &self.traffic,
        };
        let reader =
            Reader { broker: &self.broker, options: &self.options, read, due, traffic: &self.traffic };
        let ended = tokio::try_join!(writer.send_all(requests), reader.receive_all(take));
        self.is_spoilt = ended.is_err();
        ended.map(|_| ())
    }
}

/// The way to the broker.
struct Writer<'a> {
    broker: &'a Address,
    options: &'a Options,
    write: WriteHalf<&'a mut Box<dyn Stream>>,
    queue: mpsc::Sender<Due>,
    next_correlation: &'a mut i32,
    traffic: &'a Traffic,
}

impl Writer<'_> {
    async fn send_all(
        mut self,
        requests: impl IntoIterator<Item = Result<Request, EncodeRequest>>,
    ) -> Result<(), Failure> {
        for request in requests {
            let request =
                request.map_err(|source| Failure::EncodeRequest { broker: self.broker.clone(), source })?;
            let correlation = *self.next_correlation;
            *self.next_correlation = correlation.wrapping_add(1);
            let due = Due { api: request.api, version: request.version, correlation };
            // Due from now: a broker that does not even read the request is late too. The receiver only goes after
            // an error, which ends this half as well.
            if self.queue.send(due).await.is_err() {
                return Ok(());
            }
            let failed =
                |source| Failure::SendRequest { broker: self.broker.clone(), api: request.api, source };
            let mut frame = frame::frame(&request, correlation, &self.options.client_id)
                .map_err(|source| Failure::EncodeRequest { broker: self.broker.clone(), source })?;
            let length = bytes::Buf::remaining(&frame) as u64;
            self.write.write_all_buf(&mut frame).await.map_err(failed)?;
            self.write.flush().await.map_err(failed)?;
            self.traffic.sent_bytes.fetch_add(length, Relaxed);
        }
        Ok(())
    }
}

/// The way from the broker.
struct Reader<'a> {
    broker: &'a Address,
    options: &'a Options,
    read: ReadHalf<&'a mut Box<dyn Stream>>,
    due: mpsc::Receiver<Due>,
    traffic: &'a Traffic,
}

impl Reader<'_> {
    async fn receive_all(
        mut self,
        mut take: impl FnMut(usize, Answer) -> Result<(), Malformed>,
    ) -> Result<(), Failure> {
        let mut number = 0;
        while let Some(due) = self.due.recv().await {
            let Due { api, version, .. } = due;
            let within = self.options.request_timeout;
            let received = frame::receive(&mut self.read, due, self.broker, &self.options.limits);
            let late = || Failure::AwaitAnswer { broker: self.broker.clone(), api, within };
            let received = tokio::time::timeout(within, received).await.map_err(|_| late())??;
            self.traffic.requests.fetch_add(1, Relaxed);
            self.traffic.received_bytes.fetch_add(received.frame_bytes, Relaxed);
            take(number, Answer { api, version, body: received.body })
                .map_err(|source| Failure::UnderstandAnswer { broker: self.broker.clone(), api, source })?;
            number += 1;
        }
        Ok(())
    }
}
