//! Asking again what was throttled: Lambda answers 15 configuration requests a second, for all callers together.

use std::time::Duration;

use crate::aws::{AwsError, Recovery};

/// Attempts at one request.
const ATTEMPTS: u32 = 6;
/// The first wait, doubled with every further one.
const FIRST: Duration = Duration::from_millis(300);

/// Asks until there is an answer, or an error that waiting does not mend.
pub(super) async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let mut attempt = 0;
    loop {
        match ask().await {
            Err(error) if error.recovery() == Recovery::SlowDown && attempt + 1 < ATTEMPTS => {
                tokio::time::sleep(FIRST * 2_u32.pow(attempt)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn throttled() -> AwsError {
        AwsError::Throttled { action: "lambda:GetPolicy".into(), target: "f".into() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_is_waited_out_and_a_refusal_is_not() {
        let asked = Cell::new(0);
        let answer = patiently(async || {
            asked.set(asked.get() + 1);
            if asked.get() < 4 { Err(throttled()) } else { Ok(asked.get()) }
        });
        assert_eq!(answer.await, Ok(4));
        asked.set(0);
        let never: Result<(), _> = patiently(async || {
            asked.set(asked.get() + 1);
            Err(throttled())
        })
        .await;
        assert_eq!((never, asked.get()), (Err(throttled()), ATTEMPTS));
    }
}
