//! Sending answers, also as a bad network would.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::super::faults::Ending;
use super::super::wire::{Body, Reply};

/// The body that goes over the wire.
pub(super) type Sent = UnsyncBoxBody<Bytes, io::Error>;

/// Pieces that a slow answer comes in.
const PIECES: usize = 8;
/// Pieces of a stream that come before it is cut.
const CUT: usize = 8;
/// Time for what was written to be on its way before the connection ends.
const UNDERWAY: Duration = Duration::from_millis(20);

/// The answer with its id; an error when there is to be none.
pub(super) fn response(reply: Reply, id: String, ending: Ending) -> io::Result<hyper::Response<Sent>> {
    let mut builder = hyper::Response::builder().status(reply.status).header("x-amzn-requestid", id);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    let body = match reply.body {
        Body::Whole(bytes) if ending == Ending::Whole => {
            Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
        }
        Body::Whole(bytes) => {
            builder = builder.header("content-length", bytes.len());
            broken(&bytes, ending)?
        }
        Body::Stream(pieces) => streamed(pieces, ending),
    };
    // Only a header value with control characters fails, and none is written here.
    builder.body(body).map_err(io::Error::other)
}

fn broken(bytes: &Bytes, ending: Ending) -> io::Result<Sent> {
    match ending {
        Ending::Slow(time) => Ok(boxed(slow(bytes, time))),
        // Of an answer without a body, half is nothing.
        Ending::Cut if !bytes.is_empty() => {
            let half = bytes.slice(..bytes.len() / 2);
            Ok(boxed(stream::once(async { Ok(half) }).chain(stream::once(end()))))
        }
        _ => Err(io::Error::other("the connection is to end")),
    }
}

async fn end() -> io::Result<Bytes> {
    tokio::time::sleep(UNDERWAY).await;
    Err(io::Error::other("the answer is to be cut"))
}

fn slow(bytes: &Bytes, time: Duration) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let size = bytes.len().div_ceil(PIECES).max(1);
    let pieces: Vec<Bytes> =
        (0..bytes.len()).step_by(size).map(|at| bytes.slice(at..bytes.len().min(at + size))).collect();
    stream::iter(pieces).then(move |piece| delayed(piece, time / PIECES as u32))
}

async fn delayed(piece: Bytes, time: Duration) -> io::Result<Bytes> {
    tokio::time::sleep(time).await;
    Ok(piece)
}

fn streamed(pieces: mpsc::Receiver<Bytes>, ending: Ending) -> Sent {
    let pieces = stream::unfold(pieces, |mut pieces| async { pieces.recv().await.map(|piece| (piece, pieces)) });
    match ending {
        Ending::Whole => boxed(pieces.map(Ok)),
        Ending::Slow(time) => boxed(pieces.then(move |piece| delayed(piece, time))),
        Ending::Cut | Ending::Reset => boxed(pieces.map(Ok).take(CUT).chain(stream::once(end()))),
    }
}

fn boxed(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Sent {
    StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync()
}
