//! Tells the program which htslib it is built with, by the header that was compiled, for `kinfuse -vV`.

use std::path::PathBuf;

fn main() {
    let folder = std::env::var_os("DEP_HTS_INCLUDE").map(PathBuf::from).unwrap_or_default();
    let header = folder.join("htslib/hts.h");
    println!("cargo:rerun-if-changed={}", header.display());
    let text = std::fs::read_to_string(&header).unwrap_or_default();
    // 101901 is 1.19.1, see the header itself.
    let number = text.lines().find_map(|line| line.strip_prefix("#define HTS_VERSION ")?.trim().parse::<u32>().ok());
    let version = number.map_or_else(
        || "unknown".to_owned(),
        |number| {
            let (major, minor, patch) = (number / 100_000, number / 100 % 1_000, number % 100);
            if patch == 0 {
                format!("{major}.{minor}")
            } else {
                format!("{major}.{minor}.{patch}")
            }
        },
    );
    println!("cargo:rustc-env=KINFUSE_HTSLIB_VERSION={version}");
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=KINFUSE_TARGET={target}");
}
