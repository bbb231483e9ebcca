//! HTTP/1.1 on a loopback socket: connections, bodies, and which service a request is for.

mod sending;

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::faults::{Ending, admin};
use super::operation::{Operation, Service};
use super::wire::{Fault, Reply, Request, pairs};
use super::world::{World, lock};
use super::{cloudwatch, lambda, logs, sts};

/// The largest body that a service here accepts: a synchronous invocation's 6 MB, and one byte to notice more.
const KEPT: usize = 6 * 1024 * 1024 + 1;
/// What is read and thrown away of a larger one, so that its sender hears the refusal and no broken pipe.
const DRAINED: usize = 64 * 1024 * 1024;
/// A body that takes longer than this to arrive is given up.
const BODY_TIMEOUT: Duration = Duration::from_mins(1);

/// Takes connections until it is dropped.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => world.tasks.spawn(connection(stream, Arc::clone(&world))),
            // Out of file descriptors, most likely: the ones in use come back.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, world: Arc<World>) {
    // Without it Nagle's algorithm and delayed acknowledgements hold an answer back for 40 ms.
    let _ = stream.set_nodelay(true);
    let resets = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&resets);
    let service = service_fn(move |request| Box::pin(answer(request, Arc::clone(&world), Arc::clone(&told))));
    let mut serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A connection that breaks is the client's affair.
    let _ = poll_fn(|context| serving.poll_without_shutdown(context)).await;
    let mut stream = serving.into_parts().io.into_inner();
    let _ = if resets.load(Ordering::Relaxed) { stream.set_zero_linger() } else { stream.shutdown().await };
}

/// Answers a request; an error in the place of an answer ends the connection.
async fn answer(
    request: hyper::Request<Incoming>,
    world: Arc<World>,
    resets: Arc<AtomicBool>,
) -> io::Result<hyper::Response<sending::Sent>> {
    let id = world.ids.uuid();
    let (parts, body) = request.into_parts();
    let (reply, ending) = match tokio::time::timeout(BODY_TIMEOUT, collect(body)).await {
        Ok(Some(body)) => {
            let query = pairs(parts.uri.query().unwrap_or_default());
            let path = parts.uri.path().to_owned();
            let request = Request { method: parts.method, path, query, headers: parts.headers, body, id: id.clone() };
            encounter(&world, &request).await
        }
        Ok(None) | Err(_) => (Reply::empty(400).with("connection", "close"), Ending::Whole),
    };
    resets.store(ending == Ending::Reset, Ordering::Relaxed);
    sending::response(reply, id, ending)
}

/// The answer after the faults that befall the request, and how it is sent.
async fn encounter(world: &Arc<World>, request: &Request) -> (Reply, Ending) {
    if request.path == admin::PATH {
        return (admin::answer(world, request), Ending::Whole);
    }
    let operation = Operation::of(request);
    *lock(&world.requests).entry(operation.name.clone()).or_default() += 1;
    let met = world.faults.meet(&operation, Instant::now());
    tokio::time::sleep(met.delay).await;
    let reply = match met.refusal {
        Some(refusal) => refuse(operation.service, &refusal.fault(&operation, &world.names), request),
        None => route(world, &operation, request).await,
    };
    (reply, met.ending)
}

/// A fault in the manner of its service.
fn refuse(service: Service, fault: &Fault, request: &Request) -> Reply {
    match service {
        Service::Logs => logs::refusal(fault),
        Service::Lambda => lambda::refusal(fault),
        Service::CloudWatch => cloudwatch::refusal(fault, request),
        Service::Sts => sts::refusal(fault, request),
    }
}

/// The whole body, cut behind [`KEPT`] bytes; `None` when it broke off or is beyond all measure.
async fn collect(mut body: Incoming) -> Option<Bytes> {
    let (mut kept, mut read) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        read += data.len();
        if read > DRAINED {
            return None;
        }
        let room = KEPT - kept.len();
        kept.extend_from_slice(&data[..data.len().min(room)]);
    }
    Some(kept.freeze())
}

/// Finds the service by the operation's header, the path's version or the form, and only then by the signature.
async fn route(world: &Arc<World>, operation: &Operation, request: &Request) -> Reply {
    let signed_for = request.header("authorization").and_then(signed_service);
    if operation.service == Service::CloudWatch {
        return cloudwatch::answer(world, operation, request);
    }
    if request.header("x-amz-target").is_some() {
        return logs::answer(world, operation, request);
    }
    if is_dated(&request.path) {
        return lambda::answer(world, request).await;
    }
    let form = request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    match signed_for {
        Some("logs") => logs::answer(world, operation, request),
        Some("lambda") => lambda::unknown(request),
        Some("sts") | None if form || request.parameter("Action").is_some() => sts::answer(world, request),
        _ => elsewhere(request),
    }
}

/// Lambda's paths begin with the date of the API's version.
fn is_dated(path: &str) -> bool {
    let date = path.strip_prefix('/').and_then(|rest| rest.get(..11)).unwrap_or_default();
    let digits = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'/',
        _ => byte.is_ascii_digit(),
    });
    date.len() == 11 && digits
}

/// `logs` of `AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-central-1/logs/aws4_request, …`.
fn signed_service(authorization: &str) -> Option<&str> {
    let scope = authorization.split_once("Credential=")?.1.split([',', ' ']).next()?;
    let mut parts = scope.rsplit('/');
    parts.next().filter(|last| *last == "aws4_request")?;
    parts.next()
}

fn elsewhere(request: &Request) -> Reply {
    let message = format!(
        "{} {} is no operation of Lambda, CloudWatch Logs or STS, the services that this local endpoint speaks",
        request.method, request.path
    );
    lambda::refusal(&Fault::new(404, "UnknownOperationException", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_read_from_the_signature() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-central-1/logs/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(signed_service(header), Some("logs"));
        assert_eq!(signed_service("Bearer x"), None);
        assert_eq!(signed_service("AWS4-HMAC-SHA256 Credential=short"), None);
    }

    #[test]
    fn lambda_paths_begin_with_a_date() {
        assert!(is_dated("/2015-03-31/functions"));
        for path in ["/", "", "/functions", "/2015-03-31", "/2015x03-31/", "/é015-03-31/functions"] {
            assert!(!is_dated(path), "{path}");
        }
    }
}
