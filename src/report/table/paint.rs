//! Colours for a terminal: headings bold, verdicts and groups of drugs by what they mean.

use console::Style;

/// Words at which a line is coloured, and how; the first one in the line counts.
fn styles() -> [(&'static str, Style); 9] {
    let plain = Style::new().force_styling(true);
    [
        ("    void:", plain.clone().red()),
        ("    reported active:", plain.clone().green()),
        ("    active:", plain.clone().green()),
        ("    no report:", plain.clone().yellow()),
        ("    preclinical only", plain.clone().yellow()),
        ("FUSIONS", plain.clone().bold()),
        ("MUTATIONS", plain.clone().bold()),
        ("NOT FOUND", plain.clone().bold()),
        ("    bypass,", plain.yellow()),
    ]
}

/// The text with colours; `text` has no control character.
pub fn painted(text: &str) -> String {
    let styles = styles();
    let heading = Style::new().force_styling(true).bold();
    let line = |(number, line): (usize, &str)| {
        let found = styles.iter().find(|(word, _)| line.starts_with(word)).map(|(_, style)| style);
        match found.or((number == 0).then_some(&heading)) {
            Some(style) if !line.is_empty() => style.apply_to(line).to_string(),
            _ => line.to_owned(),
        }
    };
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_change_nothing_but_colours() {
        let text = "S1: ok\n\nFUSIONS  none called\n    void: a\n  x\n";
        let painted = painted(text);
        assert_ne!(painted, text);
        assert_eq!(console::strip_ansi_codes(&painted), text);
        assert!(painted.contains("\u{1b}[31m    void: a"), "{painted:?}");
    }
}
