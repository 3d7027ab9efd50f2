//! The log of htslib, caught before it reaches the terminal.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::thread::JoinHandle;

use super::OWN;

/// Kinds of messages that are kept apart; more are not to be expected of one file.
const MAX_KINDS: usize = 16;

/// Longest part of a line that is kept, in bytes.
const MAX_LINE_BYTES: u64 = 1 << 10;

/// What htslib says that kinfuse finds and says itself: an index older than its file, and that opening failed. That the end marker is
/// absent, of a file on this machine an error, htslib alone finds of a remote one.
const SAID_ELSEWHERE: [&str; 2] = ["older than the data file", "Failed to open file"];

/// Takes what htslib writes to file descriptor 2.
pub struct Htslib {
    reading: Option<JoinHandle<Heard>>,
}

/// What htslib wrote, without repetition.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    kinds: Vec<MessageKind>,
}

#[derive(Debug, PartialEq, Eq)]
struct MessageKind {
    /// `E::sam_parse1`: severity and function.
    tag: String,
    /// The first message of the kind.
    first: String,
    count: u64,
}

impl Htslib {
    /// Puts a pipe in the place of descriptor 2. Where that cannot be done all stays as it is.
    pub fn silence() -> Self {
        Self { reading: Self::pipe().ok() }
    }

    fn pipe() -> io::Result<JoinHandle<Heard>> {
        let own = File::from(io::stderr().as_fd().try_clone_to_owned()?);
        let (out, into) = io::pipe()?;
        // Without a thread that reads, htslib would wait for ever at a full pipe.
        let reading = std::thread::Builder::new().name("htslib log".to_owned()).spawn(move || Heard::read(BufReader::new(out)))?;
        if OWN.set(own).is_err() {
            return Err(io::Error::other("descriptor 2 was taken before"));
        }
        rustix::stdio::dup2_stderr(&into)?;
        Ok(reading)
    }

    /// Gives descriptor 2 back and returns what was written meanwhile.
    pub fn heard(self) -> Heard {
        let (Some(reading), Some(own)) = (self.reading, OWN.get()) else { return Heard::default() };
        // This closes the pipe's last writer, which ends the thread.
        match rustix::stdio::dup2_stderr(own) {
            Ok(()) => reading.join().unwrap_or_default(),
            Err(_) => Heard::default(),
        }
    }
}

impl Heard {
    fn read(mut lines: impl BufRead) -> Self {
        let mut heard = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            match lines.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return heard,
                Ok(_) => heard.add(String::from_utf8_lossy(&line).trim_end()),
            }
        }
    }

    /// Counts one line. What does not begin as htslib's messages do goes on with the one before, or is of another library.
    fn add(&mut self, line: &str) {
        let parts = line.strip_prefix('[').and_then(|line| line.split_once("] ")).filter(|(tag, _)| tag.get(1..3) == Some("::"));
        let Some((tag, message)) = parts else { return };
        if SAID_ELSEWHERE.iter().any(|words| message.contains(words)) {
            return;
        }
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.tag == tag) {
            kind.count += 1;
        } else if self.kinds.len() < MAX_KINDS {
            self.kinds.push(MessageKind { tag: tag.to_owned(), first: message.to_owned(), count: 1 });
        }
    }

    /// The first error of all: why something could not be read.
    pub fn cause(&self) -> Option<&str> {
        self.kinds.iter().find(|kind| kind.tag.starts_with('E')).map(|kind| kind.first.trim_end_matches(['.', ' ']))
    }

    /// One line a kind of message, with how many there were.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.kinds.iter().map(|kind| {
            let more = if kind.count > 1 { format!(" ({} such messages)", kind.count) } else { String::new() };
            format!("while reading, htslib found: {}{more}", kind.first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_kind_are_one_line_with_their_number() {
        let log = "[W::bam_aux_get] Corrupted aux data for read a\n[W::bam_aux_get] Corrupted aux data for read b\nmore of it\n\
                   [W::hts_idx_load3] The index file is older than the data file: x.bai\n[E::sam_parse1] no SEQ.\n";
        let heard = Heard::read(log.as_bytes());
        let lines: Vec<String> = heard.lines().collect();
        assert_eq!(lines[0], "while reading, htslib found: Corrupted aux data for read a (2 such messages)");
        assert_eq!(lines.len(), 2);
        assert_eq!(heard.cause(), Some("no SEQ"));
    }
}
