//! Further root certificates, for networks that open TLS on the way.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::AwsError;

/// Reads the certificates in PEM form at `path`.
///
/// Every one is checked here, because the HTTP client takes them on trust and panics on what it cannot read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, AwsError> {
    let pem = std::fs::read(path).map_err(|error| unusable(path, &error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        certificate
            .map_err(|error| error.to_string())
            .and_then(|der| roots.add(der).map_err(|error| error.to_string()))
            .map_err(|error| unusable(path, &format!("certificate {}: {error}", index + 1)))?;
    }
    if roots.is_empty() {
        return Err(unusable(path, "it holds no certificate in PEM form"));
    }
    Ok(pem)
}

fn unusable(path: &Path, why: &str) -> AwsError {
    AwsError::Configuration {
        problem: format!("cannot use the CA bundle {} ({why})", path.display()),
        mend: "give a file of root certificates in PEM form with --ca-bundle or AWS_CA_BUNDLE"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(content: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        read(file.path()).unwrap_err().to_string()
    }

    #[test]
    fn a_missing_file_is_named() {
        let text = read(Path::new("no/such/bundle.pem"))
            .unwrap_err()
            .to_string();
        assert!(
            text.starts_with("cannot use the CA bundle no/such/bundle.pem (No such file"),
            "{text}"
        );
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        assert!(refusal(b"hello\n").contains("it holds no certificate in PEM form"));
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_counted() {
        let text = refusal(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assert!(text.contains("(certificate 1: "), "{text}");
    }
}
