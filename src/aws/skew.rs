//! Clocks that disagree: what AWS says when a request is signed with another time than its own.

use jiff::Timestamp;
use jiff::fmt::strtime;

/// How far this machine's clock is ahead of AWS's, in seconds (behind when negative), when that is why a request was
/// refused.
///
/// The signature's time and AWS's own stand in the words: `Signature expired: 20261125T100000Z is now earlier than
/// 20261125T100700Z (20261125T101200Z - 5 min.)`, and for a clock that is ahead `Signature not yet current: … is still
/// later than … (20261125T101200Z + 5 min.)`. Other services name no times: then `answered`, the answer's `Date`
/// header, is set against `now`.
pub(super) fn ahead(code: &str, message: &str, answered: Option<&str>, now: Timestamp) -> Option<i64> {
    let by_words = message.starts_with("Signature expired") || message.starts_with("Signature not yet current");
    let by_code = matches!(code, "RequestTimeTooSkewed" | "RequestInTheFuture" | "RequestExpired");
    if !by_words && !by_code {
        return None;
    }
    let times: Vec<Timestamp> = message.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(signed).collect();
    match (times.first(), times.last()) {
        (Some(ours), Some(theirs)) if times.len() > 1 => Some(ours.as_second() - theirs.as_second()),
        _ => Some(now.as_second() - jiff::fmt::rfc2822::parse(answered?).ok()?.timestamp().as_second()),
    }
}

/// A time as signatures write it: `20261125T100000Z`.
fn signed(word: &str) -> Option<Timestamp> {
    let is_time = word.len() == 16 && word.ends_with('Z') && word.as_bytes()[8] == b'T';
    let time = is_time.then(|| strtime::parse("%Y%m%dT%H%M%SZ", word).ok())??;
    Some(time.to_datetime().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// What is wrong, in words.
pub(super) fn told(ahead: i64) -> String {
    let by = ahead.unsigned_abs();
    let far = match by {
        0..120 => format!("{by} s"),
        120..7200 => format!("{} min", by / 60),
        _ => format!("{:.1} h", by as f64 / 3600.0),
    };
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    format!("AWS refuses requests because this machine's clock is {far} {side} its own")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_words_tell_how_far_the_clock_is_off() {
        let now = at("2026-11-25T10:00:00Z");
        let behind =
            "Signature expired: 20261125T100000Z is now earlier than 20261125T100700Z (20261125T101200Z - 5 min.)";
        assert_eq!(ahead("InvalidSignatureException", behind, None, now), Some(-720));
        let early = "Signature not yet current: 20261125T120000Z is still later than 20261125T100500Z (20261125T100000Z + 5 min.)";
        assert_eq!(ahead("InvalidSignatureException", early, None, now), Some(7200));
        assert_eq!(told(-720), "AWS refuses requests because this machine's clock is 12 min behind its own");
        assert_eq!(told(7200), "AWS refuses requests because this machine's clock is 2.0 h ahead of its own");
    }

    #[test]
    fn the_answers_date_tells_it_where_the_words_do_not() {
        let now = at("2026-11-25T10:00:30Z");
        let date = Some("Wed, 25 Nov 2026 09:50:00 GMT");
        let words = "The difference between the request time and the current time is too large.";
        assert_eq!(ahead("RequestTimeTooSkewed", words, date, now), Some(630));
        assert_eq!(ahead("RequestTimeTooSkewed", words, None, now), None);
        assert_eq!(ahead("InvalidSignatureException", "The request signature does not match", date, now), None);
    }
}
