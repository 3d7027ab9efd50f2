//! The addresses that htslib opens.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rust_htslib::{bam, bgzf};
use rustix::io::Errno;
use url::Url;

use crate::alignment::format::{self, AlignmentFormat};
use crate::alignment::index::{self, Location};
use crate::error::{Error, Result};
use crate::scratch::Scratch;
use crate::secrets::shown;

/// What htslib opens by the features it is built with, and what it reads in parts.
const SCHEMES: [&str; 4] = ["http", "https", "s3", "gs"];

/// What stands between an address and that of its index, as in other programs that use htslib.
const INDEX_DELIMITER: &str = "##idx##";

/// Where systems keep the certificates of those who vouch for servers: Debian and Alpine, Fedora, SUSE, macOS and BSD.
const CERTIFICATES: [&str; 4] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

/// The variable by which htslib is told of certificates, and the one that OpenSSL knows.
const TOLD_HTSLIB: &str = "CURL_CA_BUNDLE";
const TOLD_OPENSSL: &str = "SSL_CERT_FILE";

/// Tells htslib where the certificates of this machine are, unless the user did: the curl that is built in knows none. Call it before
/// there are threads.
pub fn find_certificates() {
    if std::env::var_os(TOLD_HTSLIB).is_some() {
        return;
    }
    let told = std::env::var_os(TOLD_OPENSSL).map(PathBuf::from);
    if let Some(found) = told.into_iter().chain(CERTIFICATES.map(PathBuf::from)).find(|path| path.is_file()) {
        std::env::set_var(TOLD_HTSLIB, found);
    }
}

/// A file at an address.
pub(in crate::alignment) struct Address {
    url: Url,
    /// Its index as the user named it: an address or a path.
    index: Option<String>,
    /// What it is called in messages.
    name: PathBuf,
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(out)
    }
}

impl Address {
    /// Takes an address, with that of its index behind `##idx##` or without.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (file, index) = text.split_once(INDEX_DELIMITER).map_or((text, None), |(file, index)| (file, Some(index.to_owned())));
        Ok(Self { url: parse(file)?, index, name: shown(file).into() })
    }

    /// What it is called in messages: without secrets.
    pub(in crate::alignment) fn name(&self) -> &Path {
        &self.name
    }

    /// Recognises the format by the first bytes.
    pub(in crate::alignment) fn recognise(&self) -> Result<AlignmentFormat> {
        let reader = bgzf::Reader::from_url(&self.url).map_err(|_| unopened(&self.name))?;
        let mut head = Vec::new();
        reader.take(format::HEAD_BYTES as u64).read_to_end(&mut head).map_err(|_| broken(&self.name))?;
        format::of_head(&self.name, &head)
    }

    /// A reader from the begin to the end.
    pub(in crate::alignment) fn open(&self) -> Result<bam::Reader> {
        bam::Reader::from_url(&self.url).map_err(|_| unopened(&self.name))
    }

    /// A reader that looks up places in an index that lies here.
    pub(in crate::alignment) fn open_indexed(&self, index: &Path) -> Result<bam::IndexedReader> {
        // Without the index in the name htslib would fetch it into the folder in which it runs.
        let named = format!("{}{INDEX_DELIMITER}{}", self.url, index.display());
        let url = Url::parse(&named).ok().filter(|url| url.as_str() == named).ok_or_else(|| {
            let remedy = "set TMPDIR to a folder whose name has only letters, digits and slashes";
            Error::input(index, "lies in a folder whose name htslib cannot be given", remedy)
        })?;
        bam::IndexedReader::from_url(&url).map_err(|_| unopened(&self.name))
    }

    /// Brings the index here: the one that was named, else the first of those that may lie beside the file.
    pub(in crate::alignment) fn index(&self, suffixes: &[&str]) -> Result<Location> {
        let named = self.index.as_deref();
        if let Some(path) = named.filter(|index| !index.contains("://")) {
            return Ok(Location::here(path.into()));
        }
        let addresses = named.map_or_else(|| Ok(self.beside(suffixes)), |index| parse(index).map(|url| vec![url]))?;
        let mut refused = None;
        for url in &addresses {
            match bgzf::Reader::from_url(url) {
                Ok(reader) => return fetch(reader, shown(url.as_str()).into()),
                Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::NotFound => {}
                Err(_) => refused = refused.or_else(|| Some(unopened(Path::new(&shown(url.as_str()))))),
            }
        }
        let looked_for: Vec<String> = addresses.iter().map(|url| shown(url.as_str())).collect();
        Err(refused.unwrap_or_else(|| {
            let problem = format!("has no index (none of {} is there)", looked_for.join(", "));
            Error::input(&self.name, problem, format!("put one beside it (samtools index), or name it: ADDRESS{INDEX_DELIMITER}INDEX"))
        }))
    }

    /// Where an index may lie: the suffix appended, or in the place of the file's own; a query opens both or none.
    fn beside(&self, suffixes: &[&str]) -> Vec<Url> {
        let path = self.url.path();
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let paths = suffixes.iter().flat_map(|suffix| [format!("{path}.{suffix}"), format!("{stem}.{suffix}")]);
        paths
            .map(|path| {
                let mut url = self.url.clone();
                url.set_path(&path);
                url
            })
            .collect()
    }
}

/// An address that htslib opens.
fn parse(text: &str) -> Result<Url> {
    let refused = |problem: String| Error::input(shown(text), problem, "check the address");
    let mut url = Url::parse(text).map_err(|error| refused(format!("is no address that can be read ({error})")))?;
    if !SCHEMES.contains(&url.scheme()) {
        return Err(refused(format!("is none of {}", SCHEMES.map(|scheme| format!("{scheme}://")).join(", "))));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Brings an index into a temporary folder. What is packed comes unpacked, which htslib reads as well.
fn fetch(reader: bgzf::Reader, name: PathBuf) -> Result<Location> {
    let folder = Scratch::new().map_err(Error::io(std::env::temp_dir(), "make a temporary folder in it"))?;
    let path = folder.path().join("index");
    let mut file = File::create_new(&path).map_err(Error::io(&path, "write"))?;
    let mut buffer = vec![0; 1 << 16];
    let mut reader = reader.take(index::MAX_BYTES + 1);
    let mut bytes = 0;
    loop {
        let count = reader.read(&mut buffer).map_err(|_| broken(&name))?;
        bytes += count as u64;
        if bytes > index::MAX_BYTES {
            let problem = format!("is larger than {} MiB, which no index is", index::MAX_BYTES >> 20);
            return Err(Error::input(name, problem, "check the address"));
        }
        if count == 0 {
            return Ok(Location::fetched(path, name, folder));
        }
        io::Write::write_all(&mut file, &buffer[..count]).map_err(Error::io(&path, "write"))?;
    }
}

/// Why htslib, which tells it by the system's last error only, could not open an address.
fn unopened(name: &Path) -> Error {
    let error = io::Error::last_os_error();
    let (problem, remedy) = match error.kind() {
        io::ErrorKind::NotFound => ("is not there, as its server says (404)".to_owned(), "check the address"),
        io::ErrorKind::PermissionDenied => {
            ("may not be read, as its server says (401 or 403)".to_owned(), "check the credentials, or sign the address anew")
        }
        io::ErrorKind::ConnectionRefused => ("its server refuses connections".to_owned(), "check the address and its port"),
        io::ErrorKind::TimedOut => ("its server does not answer in time".to_owned(), "try again, or copy the file to this machine"),
        _ if Errno::from_io_error(&error) == Some(Errno::DESTADDRREQ) => ("its server is not known".to_owned(), "check the address"),
        _ => (format!("cannot be opened ({error})"), "check the address; if it is right, copy the file to this machine"),
    };
    Error::Htslib { path: name.to_owned(), problem, remedy: remedy.to_owned() }.unless_out_of_files()
}

/// That a connection ended before what was asked for had come.
fn broken(name: &Path) -> Error {
    let problem = "the connection broke, or what came is damaged".to_owned();
    Error::Htslib { path: name.to_owned(), problem, remedy: "try again, or copy the file to this machine".to_owned() }
}
