//! What a connection runs over: TCP or a Unix socket, plain or with TLS.
//!
//! One type for all, so that the HTTP library is compiled once. It tells the conversation when bytes come.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use std::io::{self, IoSlice};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

use super::conversation::Conversation;

/// An accepted socket.
#[derive(Debug)]
pub(super) struct Socket {
    stream: Stream,
    /// A byte that was read to see what is spoken.
    first: Option<u8>,
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A socket, and TLS if it is spoken.
#[derive(Debug)]
pub(super) enum Channel {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

/// A channel that tells when something is heard, and whether it is the client or the network that ends it.
#[derive(Debug)]
pub(super) struct Transport {
    channel: Channel,
    conversation: Arc<Conversation>,
    left: Left,
}

/// Whether the client has gone, or the network. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(super) struct Left(Arc<AtomicBool>);

/// Calls the method of whatever a value consists of.
macro_rules! forward {
    ($value:expr, $kind:ident { $($variant:ident),+ }, $inner:ident => $call:expr) => {
        match $value {
            $($kind::$variant($inner) => $call,)+
        }
    };
}

/// A stream that is one of several.
macro_rules! stream {
    ($kind:ident { $($variant:ident),+ }) => {
        impl AsyncRead for $kind {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                forward!(self.get_mut(), $kind { $($variant),+ }, inner => Pin::new(inner).poll_read(context, buffer))
            }
        }

        impl AsyncWrite for $kind {
            fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
                forward!(self.get_mut(), $kind { $($variant),+ }, inner => Pin::new(inner).poll_write(context, bytes))
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                slices: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                forward!(
                    self.get_mut(),
                    $kind { $($variant),+ },
                    inner => Pin::new(inner).poll_write_vectored(context, slices)
                )
            }

            fn is_write_vectored(&self) -> bool {
                forward!(self, $kind { $($variant),+ }, inner => inner.is_write_vectored())
            }

            fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                forward!(self.get_mut(), $kind { $($variant),+ }, inner => Pin::new(inner).poll_flush(context))
            }

            fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                forward!(self.get_mut(), $kind { $($variant),+ }, inner => Pin::new(inner).poll_shutdown(context))
            }
        }
    };
}

stream!(Stream { Tcp, Unix });
stream!(Channel { Plain, Tls });

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self { stream: Stream::Tcp(stream), first: None }
    }
}

impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self { stream: Stream::Unix(stream), first: None }
    }
}

impl Socket {
    /// The first byte, which will be read again; none if the client has gone.
    pub(super) async fn first(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        if self.first.is_none() && self.stream.read(&mut byte).await? > 0 {
            self.first = Some(byte[0]);
        }
        Ok(self.first)
    }

    /// Says something to a client that will not be served, and closes.
    pub(super) async fn refuse(mut self, bytes: &[u8]) -> io::Result<()> {
        // What is not read would have the system take the answer away from the client.
        let _ = self.stream.read(&mut [0; 4096]).await?;
        self.stream.write_all(bytes).await?;
        self.stream.shutdown().await
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if buffer.remaining() > 0
            && let Some(first) = this.first.take()
        {
            buffer.put_slice(&[first]);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl Transport {
    pub(super) fn new(channel: Channel, conversation: Arc<Conversation>) -> Self {
        Self { channel, conversation, left: Left::default() }
    }

    /// Knows at the connection's end whether the client had left.
    pub(super) fn left(&self) -> Left {
        self.left.clone()
    }

    fn note<T>(&self, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if matches!(poll, Poll::Ready(Err(_))) {
            self.left.0.store(true, Ordering::Relaxed);
        }
        poll
    }
}

impl Left {
    pub(super) fn has(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let poll = Pin::new(&mut this.channel).poll_read(context, buffer);
        match poll {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => {
                this.conversation.heard(&buffer.filled()[before..]);
            }
            Poll::Ready(Ok(())) if buffer.remaining() > 0 => this.left.0.store(true, Ordering::Relaxed),
            _ => {}
        }
        this.note(poll)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.channel).poll_write(context, bytes);
        this.note(poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.channel).poll_write_vectored(context, slices);
        this.note(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.channel.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.channel).poll_flush(context);
        this.note(poll)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.channel).poll_shutdown(context);
        this.note(poll)
    }
}
