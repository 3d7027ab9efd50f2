//! The INFO column: values are encoded, empty ones are left out.

/// Key-value pairs in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Info(Vec<String>);

impl Info {
    /// Adds `key=value`; an empty value adds nothing, because VCF forbids it.
    pub(super) fn add(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.0.push(format!("{key}={}", encoded(value)));
        }
    }

    /// Adds a value that may be missing.
    pub(super) fn add_some(&mut self, key: &str, value: Option<&str>) {
        self.add(key, value.unwrap_or(""));
    }

    /// Adds a list.
    pub(super) fn add_list(&mut self, key: &str, values: &[String]) {
        let items: Vec<String> = values.iter().filter(|value| !value.is_empty()).map(|value| encoded(value)).collect();
        if !items.is_empty() {
            self.0.push(format!("{key}={}", items.join(",")));
        }
    }

    /// Adds an interval around the position.
    pub(super) fn add_interval(&mut self, key: &str, (low, high): (i64, i64)) {
        self.0.push(format!("{key}={low},{high}"));
    }

    /// Adds a flag.
    pub(super) fn flag(&mut self, key: &str) {
        self.0.push(key.to_owned());
    }

    /// The column.
    pub(super) fn text(&self) -> String {
        if self.0.is_empty() {
            ".".to_owned()
        } else {
            self.0.join(";")
        }
    }
}

/// The text with what has a meaning in the INFO column percent-encoded (specification, sections 1.2 and 1.6.1). Spaces have none.
pub(super) fn encoded(text: &str) -> String {
    encoded_where(text, |c| matches!(c, '%' | ';' | '=' | ',') || c.is_control())
}

/// The FILTER column: names joined by `;`, in which blanks are encoded too.
pub(super) fn filters(text: &str) -> String {
    let name = |name: &str| encoded_where(name, |c| matches!(c, '%' | '=' | ',') || c.is_control() || c.is_whitespace());
    let names: Vec<String> = text.split(';').filter(|part| !part.is_empty()).map(name).collect();
    if names.is_empty() {
        ".".to_owned()
    } else {
        names.join(";")
    }
}

fn encoded_where(text: &str, is_special: impl Fn(char) -> bool) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if is_special(c) {
            out.extend(c.to_string().bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            out.push(c);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_encoded_and_empty_values_left_out() {
        let mut info = Info::default();
        info.add("EXONJ", "E13;A20");
        info.add("GENE5", "");
        info.add_list("LIST", &["a,b".to_owned(), String::new(), "100% x\t".to_owned()]);
        info.add_interval("CIPOS", (-3, 0));
        assert_eq!(info.text(), "EXONJ=E13%3BA20;LIST=a%2Cb,100%25 x%09;CIPOS=-3,0");
        assert_eq!(Info::default().text(), ".");
        assert_eq!(encoded("a\u{85}b"), "a%C2%85b");
    }

    #[test]
    fn a_filter_stays_one_column_of_names() {
        assert_eq!(filters("low_support;strand_bias"), "low_support;strand_bias");
        assert_eq!(filters("PASS\tX=1\n;a b"), "PASS%09X%3D1%0A;a%20b");
        assert_eq!(filters(";"), ".");
    }
}
