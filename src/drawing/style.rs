//! Colours and shapes of all drawings: one palette, which a page shows light or dark, and a file light.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Name, colour on light paper, colour on dark paper. Text colours keep a contrast of 4.5 to the paper. Blue and orange are told apart
/// by people with any colour vision (after Okabe and Ito 2008).
const PALETTE: [(&str, &str, &str); 20] = [
    ("paper", "#ffffff", "#15181c"),
    ("panel", "#f4f5f7", "#20242a"),
    ("ink", "#1a1c1f", "#eceef1"),
    ("soft", "#565b63", "#b3b9c2"),
    ("rule", "#cdd1d7", "#454b54"),
    ("five", "#0b5fa5", "#6cb4f2"),
    ("five-pale", "#c9dff3", "#1d3a57"),
    ("three", "#ad4700", "#f29a52"),
    ("three-pale", "#f7d9c4", "#56331a"),
    ("insert", "#7a4fb0", "#c2a1ee"),
    ("kinase", "#ad4700", "#f29a52"),
    ("binds", "#00704d", "#45c79a"),
    ("membrane", "#6a3d9a", "#bd9cf0"),
    ("other", "#5f6670", "#a6adb8"),
    ("cover", "#9aa3af", "#6d7682"),
    ("good", "#19663a", "#74d394"),
    ("good-pale", "#d5eddd", "#1b3d29"),
    ("warn", "#7a5200", "#eec15f"),
    ("warn-pale", "#fbecc8", "#473611"),
    ("bad", "#a8201a", "#ff8f86"),
];

/// The rules for the shapes of all drawings.
pub const SHAPES: &str = include_str!("shapes.css");

/// The palette as variables of a page, by the reader's choice of light and dark; always light on paper.
pub fn page_colours() -> String {
    let list = |pick: fn(&(&str, &str, &str)) -> String| PALETTE.iter().map(pick).collect::<String>();
    let light = list(|(name, light, _)| format!("--{name}:{light};"));
    let dark = list(|(name, _, dark)| format!("--{name}:{dark};"));
    let mut css = String::new();
    let _ = write!(css, ":root{{color-scheme:light dark;{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n");
    css
}

/// The rules for the classes that the shapes of `body` carry, with the light colours in them.
pub(super) fn light_for(body: &str) -> String {
    let used: BTreeSet<&str> =
        body.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()).flat_map(|classes| classes.split(' ')).collect();
    let all = light();
    let is_used = |rule: &&str| {
        let selector = rule.split('{').next().unwrap_or("");
        selector.split([' ', '.']).skip(1).all(|name| matches!(name, "" | "svg" | "text" | "tspan") || used.contains(name))
    };
    all.split_inclusive('}').filter(is_used).collect()
}

/// The rules with the light colours in them.
fn light() -> String {
    let mut css = SHAPES.replace('\n', "");
    for (name, light, _) in PALETTE {
        css = css.replace(&format!("var(--{name})"), light);
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of `#rrggbb` by WCAG 2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap_or(0)) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(x: &str, y: &str) -> f64 {
        let (x, y) = (luminance(x), luminance(y));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    #[test]
    fn every_colour_of_text_can_be_read_on_its_paper() {
        let of = |wanted: &str| PALETTE.iter().find(|(name, _, _)| *name == wanted).copied().unwrap_or(PALETTE[0]);
        let pairs = [
            ("ink", "paper"),
            ("soft", "paper"),
            ("soft", "panel"),
            ("five", "paper"),
            ("three", "paper"),
            ("insert", "paper"),
            ("good", "paper"),
            ("warn", "paper"),
            ("bad", "paper"),
            ("good", "good-pale"),
            ("warn", "warn-pale"),
            ("ink", "five-pale"),
            ("ink", "three-pale"),
            ("bad", "panel"),
            ("five", "panel"),
            ("binds", "paper"),
            ("membrane", "paper"),
            ("other", "paper"),
        ];
        for (text, paper) in pairs {
            let (text, paper) = (of(text), of(paper));
            assert!(contrast(text.1, paper.1) >= 4.5, "{} on {} in the light: {:.1}", text.0, paper.0, contrast(text.1, paper.1));
            assert!(contrast(text.2, paper.2) >= 4.5, "{} on {} in the dark: {:.1}", text.0, paper.0, contrast(text.2, paper.2));
        }
    }

    #[test]
    fn a_file_has_the_rules_of_its_own_shapes_alone() {
        let css = light_for("<rect class=\"five\"/><text class=\"mono most\">a</text>");
        assert!(css.contains("svg text{") && css.contains("svg .five{") && css.contains("svg text.mono.most{"), "{css}");
        assert!(!css.contains("svg .kinase{") && !css.contains("svg text.note{"), "{css}");
    }

    #[test]
    fn every_variable_of_the_shapes_is_in_the_palette() {
        assert!(!light().contains("var("), "{}", light());
    }
}
