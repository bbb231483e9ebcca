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
        mend: "give a file of root certificates in PEM form with --ca-bundle or AWS_CA_BUNDLE".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A self-signed certificate that nobody trusts; it is only read.
    const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBhzCCAS2gAwIBAgIUNp1kQlY/DHZ2WQ2zWir+oeHsE4swCgYIKoZIzj0EAwIw\n\
GDEWMBQGA1UEAwwNYXJyaXZhbHMgdGVzdDAgFw0yNjExMjMyMTU0NTJaGA8yMTI2\n\
MTAzMDIxNTQ1MlowGDEWMBQGA1UEAwwNYXJyaXZhbHMgdGVzdDBZMBMGByqGSM49\n\
AgEGCCqGSM49AwEHA0IABHmnzP9ClwiHw75BHpOpZG0qW7dzPghwK0DjnfsPiAiQ\n\
JZOj6yp0EpxyLzI8PsUE663/hBkn/Y1FRC0LH2EznFCjUzBRMB0GA1UdDgQWBBRU\n\
LLSpxEslKZNJdlEx9yBDMAwn4TAfBgNVHSMEGDAWgBRULLSpxEslKZNJdlEx9yBD\n\
MAwn4TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEkzyANjWDhT\n\
0itzbyiJweWmFmrtYmSQpRompa0dohNEAiEAuU1mzZIYee/mC7RjpcJVCwVFtEUa\n\
5DwLnvjWn+HgZqs=\n\
-----END CERTIFICATE-----\n\
";

    #[test]
    fn a_bundle_may_hold_several_certificates_and_remarks() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("# root\n{CERTIFICATE}\n# and again\n{CERTIFICATE}")).unwrap();
        assert!(read(file.path()).is_ok());
    }

    fn refusal(content: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        read(file.path()).unwrap_err().to_string()
    }

    #[test]
    fn a_missing_file_is_named() {
        let text = read(Path::new("no/such/bundle.pem")).unwrap_err().to_string();
        assert!(text.starts_with("cannot use the CA bundle no/such/bundle.pem (No such file"), "{text}");
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
