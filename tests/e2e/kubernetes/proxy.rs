//! The way to the API server, which can be cut and mended: what a network does while the server goes on.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A way to an address.
#[derive(Debug)]
pub(super) struct Way {
    /// Where it begins.
    pub(super) address: String,
    is_cut: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Way {
    /// Opens a way to `target`; its threads end with the test program.
    pub(super) fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address").to_string();
        let (is_cut, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (flag, open, target) = (Arc::clone(&is_cut), Arc::clone(&connections), target.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is away refuses as well.
                let Ok(server) = TcpStream::connect(&target) else { continue };
                // The flag is looked at under the lock: a connection that is let through is one that a cut ends.
                let mut open = open.lock().expect("nobody panics with it");
                if flag.load(Ordering::SeqCst) {
                    continue;
                }
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let copy = |stream: &TcpStream| stream.try_clone().expect("a stream can be shared");
                    let (from, to) = (copy(from), copy(to));
                    open.push(copy(&from));
                    thread::spawn(move || carry(from, to));
                }
            }
        });
        Self { address, is_cut, connections }
    }

    /// Ends every connection and refuses new ones.
    pub(super) fn cut(&self) {
        let mut connections = self.connections.lock().expect("nobody panics with it");
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in connections.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets new connections through.
    pub(super) fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    use super::Way;

    #[test]
    fn a_way_carries_is_cut_and_mended() {
        let server = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let way = Way::to(&server.local_addr().expect("it has an address").to_string());
        let mut client = TcpStream::connect(&way.address).expect("it listens");
        let (mut there, _) = server.accept().expect("it is connected");
        client.write_all(b"hello").expect("it carries");
        let mut heard = [0; 5];
        there.read_exact(&mut heard).expect("it carries");
        assert_eq!(&heard, b"hello");
        way.cut();
        assert_eq!(client.read(&mut heard).unwrap_or(0), 0, "the connection is still there");
        let mut refused = TcpStream::connect(&way.address).expect("it listens still");
        assert_eq!(refused.read(&mut heard).unwrap_or(0), 0, "a connection was let through");
        way.mend();
        let mut client = TcpStream::connect(&way.address).expect("it listens");
        client.write_all(b"again").expect("it carries");
        // What was refused had reached the server and nothing more.
        let heard = std::iter::repeat_with(|| server.accept().expect("it is connected").0)
            .find_map(|mut there| there.read_exact(&mut heard).ok().map(|()| heard));
        assert_eq!(heard.as_ref(), Some(b"again"));
    }
}
