//! Files at an address: refused unless this build can open them and the run may; then the same results, a part of the bytes, no secret
//! in any output, and nothing left behind.

use std::path::Path;

use crate::support::command::{files, kinfuse, repository, Outcome};

const SECRET: &str = "geheim";

/// Runs `kinfuse call` on an address, the results in `out`.
fn call(address: &str, out: &Path, more: &[&str]) -> Outcome {
    let (fasta, gtf) = (repository("test-data/mini.fa"), repository("test-data/mini.gtf"));
    let mut arguments: Vec<&std::ffi::OsStr> = vec!["call".as_ref(), "-s".as_ref(), "s".as_ref(), "-o".as_ref(), out.as_ref()];
    arguments.extend(["-r".as_ref(), fasta.as_os_str(), "-g".as_ref(), gtf.as_os_str(), address.as_ref()]);
    arguments.extend(more.iter().map(std::ffi::OsStr::new));
    kinfuse(arguments)
}

/// Runs as [`call`] does, and expects one line with these words and no secret.
fn refused(address: &str, more: &[&str], words: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = call(address, &folder.path().join("out"), more);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(SECRET), "{}", outcome.stderr);
    assert!(words.iter().all(|word| outcome.stderr.contains(word)), "{words:?}: {}", outcome.stderr);
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

/// Nothing listens there: a refusal comes before any connection.
const NOWHERE: &str = "https://me:geheim@127.0.0.1:9/a/x.bam?X-Signature=geheim";

#[cfg(not(feature = "remote"))]
#[test]
fn a_build_without_the_feature_says_so() {
    refused(NOWHERE, &[], &["https://127.0.0.1:9/a/x.bam: is a remote file", "--features remote"]);
    refused(NOWHERE, &["--allow-remote"], &["--allow-remote needs the feature `remote`", "--features remote"]);
    // Whoever gives the flag expects what it says, whatever the file.
    refused(repository("test-data/rna.bam").to_str().expect("UTF-8"), &["--allow-remote"], &["--features remote"]);
}

#[cfg(feature = "remote")]
mod opened {
    use std::fmt::Write as _;
    use std::fs::File;
    use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::Arc;
    use std::time::Duration;

    use super::{call, files, refused, repository, Path, NOWHERE, SECRET};
    use crate::support::sam;

    /// Reads away from all genes, so that the file is much larger than what is looked at.
    const FAR_READS: u32 = 250_000;

    /// The server sends a chunk at once, as much as htslib reads at a time, and the next ones slowly: what goes into the buffers of the
    /// system before the other side hangs up is no part of what is needed.
    const CHUNK_BYTES: usize = 1 << 15;
    const PAUSE: Duration = Duration::from_millis(4);

    /// A file server of the simplest kind on this machine. What it does depends on the first folder of the path:
    ///
    /// - `parts`: files, and parts of them
    /// - `whole`: files as a whole, whatever was asked for
    /// - `signed`: as `parts`, to who knows the secret
    /// - `slow`: as `parts`, but for a part in the middle it lets wait
    struct Server {
        address: String,
        requests: Arc<AtomicU64>,
        bytes: Arc<AtomicU64>,
    }

    impl Server {
        fn start(folder: &Path) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = format!("127.0.0.1:{}", listener.local_addr().expect("it is bound").port());
            let server = Self { address, requests: Arc::default(), bytes: Arc::default() };
            let (requests, bytes, folder) = (Arc::clone(&server.requests), Arc::clone(&server.bytes), folder.to_owned());
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    requests.fetch_add(1, Ordering::Relaxed);
                    let (bytes, folder) = (Arc::clone(&bytes), folder.clone());
                    // Who hangs up in the middle is no fault here.
                    std::thread::spawn(move || answer(stream, &folder, &bytes).ok());
                }
            });
            server
        }

        fn url(&self, path: &str) -> String {
            format!("http://{}/{path}", self.address)
        }

        /// Requests and bytes since this was asked last.
        fn counts(&self) -> (u64, u64) {
            (self.requests.swap(0, Ordering::Relaxed), self.bytes.swap(0, Ordering::Relaxed))
        }
    }

    fn answer(mut stream: TcpStream, folder: &Path, bytes: &AtomicU64) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
        let request = lines.next().unwrap_or_default();
        let range = lines.filter_map(|line| line.to_lowercase().strip_prefix("range: bytes=")?.strip_suffix('-')?.parse().ok()).last();
        let path = request.split(' ').nth(1).unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (kind, name) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let mut short = |status: &str| write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        if kind == "signed" && !query.contains(SECRET) {
            return short("403 Forbidden");
        }
        let Ok(mut file) = File::open(folder.join(name)) else { return short("404 Not Found") };
        let size = file.metadata()?.len();
        let from: u64 = range.filter(|_| kind != "whole").unwrap_or(0);
        if from >= size {
            return short("416 Range Not Satisfiable");
        }
        if kind == "slow" && (1..size - kinfuse::bgzf::END_OF_FILE.len() as u64).contains(&from) {
            std::thread::sleep(Duration::from_mins(1));
        }
        file.seek(SeekFrom::Start(from))?;
        let status =
            if from > 0 { format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{size}", size - 1) } else { "200 OK".into() };
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", size - from)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let count = file.read(&mut chunk)?;
            if count == 0 {
                return Ok(());
            }
            stream.write_all(&chunk[..count])?;
            bytes.fetch_add(count as u64, Ordering::Relaxed);
            std::thread::sleep(PAUSE);
        }
    }

    /// A part of a sample of the test data with many reads on a contig of their own, in this folder, with an index.
    fn large(folder: &Path, sample: &str) -> PathBuf {
        let text = sam::text(&repository(&format!("test-data/{sample}.bam")));
        // What is looked at is looked at many times: a quarter of the fragments is enough of it.
        let is_kept = |line: &str| line.split('\t').next().unwrap_or_default().bytes().map(u32::from).sum::<u32>() % 4 == 0;
        let text = text.lines().filter(|line| line.starts_with('@') || is_kept(line)).collect::<Vec<_>>().join("\n");
        let (mut header, reads): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('@'));
        let (unplaced, placed): (Vec<&str>, Vec<&str>) = reads.into_iter().partition(|line| line.split('\t').nth(2) == Some("*"));
        let contig = format!("@SQ\tSN:far\tLN:{}", FAR_READS * 20 + 200);
        let behind = header.iter().rposition(|line| line.starts_with("@SQ")).expect("the header names contigs") + 1;
        header.insert(behind, &contig);
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut text = [header, placed].concat().join("\n") + "\n";
        for number in 0..FAR_READS {
            let bases: String = (0..100).map(|_| ['A', 'C', 'G', 'T'][random(4) as usize]).collect();
            let qualities: String = (0..100).map(|_| char::from(b'5' + random(20) as u8)).collect();
            let _ = writeln!(text, "far{number}\t0\tfar\t{}\t60\t100M\t*\t0\t0\t{bases}\t{qualities}", 1 + number * 20);
        }
        text.extend(unplaced.iter().flat_map(|line| [line, "\n"]));
        let path = folder.join(format!("{sample}.bam"));
        sam::write(&text, &path, None, true);
        path
    }

    /// Calls a file as a file and at its address in a folder of its own, and expects the same results; gives requests and bytes.
    fn same_results(server: &Server, file: &Path, address: &str, more: &[&str]) -> (u64, u64) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        let outcome = call(file.to_str().expect("UTF-8"), &here, more);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        server.counts();
        let outcome = call(address, &there, &[&["--allow-remote"], more].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let words: Vec<&str> = outcome.stderr.split_whitespace().collect();
        assert!(words.join(" ").contains("is a remote file: its index was checked against itself"), "{}", outcome.stderr);
        let counts = server.counts();
        assert_eq!(files(&here), files(&there));
        for name in files(&here) {
            let read = |folder: &Path| std::fs::read(folder.join(&name)).expect("it is there");
            let (here, there) = (read(&here), read(&there));
            let text = String::from_utf8_lossy(&there);
            assert!(!text.contains(SECRET) && !text.contains("/tmp"), "{name}");
            // The document and the page name what was read, its size and the warning.
            if !["s.kinfuse.json", "s.html"].contains(&name.as_str()) {
                assert!(here == there, "{name} differs");
            }
        }
        counts
    }

    #[test]
    fn a_remote_file_gives_the_results_of_the_file_and_few_of_its_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path());
        // Of an RNA file of this size all reads would be looked at.
        let file = large(folder.path(), "dna");
        let size = std::fs::metadata(&file).expect("it is there").len();
        for threads in ["1", "3"] {
            let (requests, bytes) = same_results(&server, &file, &server.url("parts/dna.bam"), &["-t", threads]);
            println!("{bytes} of {size} bytes in {requests} requests by {threads} workers");
            assert!(bytes < size, "{bytes} of {size} bytes in {requests} requests by {threads} workers");
        }
    }

    #[test]
    fn a_remote_cram_gives_the_results_of_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path());
        let file = folder.path().join("dna.cram");
        sam::write(&sam::text(&repository("test-data/dna.bam")), &file, Some(&repository("test-data/mini.fa")), true);
        same_results(&server, &file, &server.url("parts/dna.cram"), &[]);
    }

    #[test]
    fn secrets_open_a_file_and_are_not_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path());
        let file = repository("test-data/rna.bam");
        std::fs::copy(&file, folder.path().join("rna.bam")).expect("it is copied");
        for index in ["rna.bam.bai", "rna.bai", "other"] {
            let at = folder.path().join(index);
            std::fs::copy(repository("test-data/rna.bam.bai"), &at).expect("it is copied");
            let mut address = server.url(&format!("signed/rna.bam?X-Signature={SECRET}&t=1"));
            if index == "other" {
                refused(&address, &["--allow-remote"], &["signed/rna.bam: has no index (none of http://", "signed/rna.bam.bai"]);
                let named = server.url(&format!("signed/other?X-Signature={SECRET}"));
                address = format!("{address}##idx##{named}");
            }
            same_results(&server, &file, &address, &[]);
            std::fs::remove_file(at).expect("it was there");
        }
        refused(&server.url("signed/rna.bam?expired=geheimes"), &["--allow-remote"], &["signed/rna.bam: has no index"]);
        refused(&server.url("signed/rna.bam"), &["--allow-remote"], &["signed/rna.bam: may not be read", "401 or 403"]);
        let address = format!("http://me:{SECRET}@{}/signed/rna.bam", server.address);
        refused(&address, &["--allow-remote"], &["/signed/rna.bam: may not be read"]);
        refused(&format!("{address}?{SECRET}"), &["--allow-remote"], &["/signed/rna.bam: has no index"]);
    }

    #[test]
    fn what_a_server_does_not_give_is_one_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path());
        let file = large(folder.path(), "rna");
        let allowed = ["--allow-remote"];
        refused(NOWHERE, &[], &["https://127.0.0.1:9/a/x.bam: is a remote file", "give --allow-remote"]);
        refused(NOWHERE, &allowed, &["https://127.0.0.1:9/a/x.bam: its server refuses connections"]);
        refused("ftp://me:geheim@127.0.0.1/x.bam", &allowed, &["ftp://127.0.0.1/x.bam: is none of http://"]);
        refused(&server.url("parts/none.bam"), &allowed, &["parts/none.bam: is not there", "404"]);
        refused(&server.url("whole/rna.bam"), &allowed, &["whole/rna.bam: ", "HTTP ranges"]);
        refused(&server.url("parts/rna.bam.bai"), &allowed, &["parts/rna.bam.bai: is an index"]);

        // Cut off behind a block, as an upload that broke off.
        let bytes = std::fs::read(&file).expect("it is there");
        let mut end = 0;
        while end < bytes.len() / 2 {
            end += kinfuse::bgzf::block_length(&bytes[end..]).expect("a block");
        }
        std::fs::write(folder.path().join("cut.bam"), &bytes[..end]).expect("it is written");
        let index = std::fs::read(folder.path().join("rna.bam.bai")).expect("it is there");
        std::fs::write(folder.path().join("cut.bam.bai"), &index).expect("it is written");
        refused(&server.url("parts/cut.bam"), &allowed, &["parts/cut.bam: ", "the file is damaged or its index of another"]);

        // An index of another file, a broken one, and none.
        std::fs::copy(repository("test-data/dna.bam.bai"), folder.path().join("rna.bam.bai")).expect("it is copied");
        refused(&server.url("parts/rna.bam"), &allowed, &["parts/rna.bam: its index http://", "does not belong to it"]);
        std::fs::write(folder.path().join("rna.bam.bai"), &index[..index.len() / 2]).expect("it is written");
        refused(&server.url("parts/rna.bam"), &allowed, &["parts/rna.bam.bai: is no whole index"]);
        std::fs::remove_file(folder.path().join("rna.bam.bai")).expect("it was there");
        refused(&server.url("parts/rna.bam"), &allowed, &["parts/rna.bam: has no index", "samtools index"]);
    }

    #[test]
    fn nothing_is_left_behind() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(&repository("test-data"));
        let folders = ["work", "temporary", "out"].map(|name| folder.path().join(name));
        for folder in &folders {
            std::fs::create_dir(folder).expect("the folder is made");
        }
        let [work, temporary, out] = &folders;
        let run = |kind: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_kinfuse"));
            command.args(["call", "--allow-remote", "-s", "s", "-o"]).arg(out).arg("-g").arg(repository("test-data/mini.gtf"));
            command.arg(server.url(&format!("{kind}/rna.bam"))).current_dir(work).env("TMPDIR", temporary).stderr(Stdio::null());
            command.spawn().expect("the binary starts")
        };
        let is_clean = || files(work).is_empty() && std::fs::read_dir(temporary).expect("it is there").next().is_none();
        assert!(run("parts").wait().expect("it ends").success() && is_clean());
        assert!(!run("whole").wait().expect("it ends").success() && is_clean());
        // A server that stops in the middle: the index is here, and the run waits.
        let mut child = run("slow");
        while is_clean() && child.try_wait().expect("it is ours").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
        assert!(sent.is_ok_and(|status| status.success()), "it had ended");
        assert!(!child.wait().expect("it ends").success() && is_clean(), "{:?}", files(temporary));
    }
}
