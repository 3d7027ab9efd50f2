//! Response rates of trials in short, with the patients in whom they were seen: a rate alone would be taken for one of any patient.

/// The response rates that a text gives, each with the trial and the patients in whom it was seen, and their source; of pivotal trials where
/// they are named: `TRIDENT-1: naive n=71 ORR 79%, pretreated n=56 ORR 38% [PMID:1]`.
pub(super) fn responses(text: &str) -> Option<String> {
    let all: Vec<String> = text.split("]; ").filter_map(of_source).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The response rates from one source.
fn of_source(text: &str) -> Option<String> {
    /// Words behind which the figures of the trials stand on which the approval rests.
    const PIVOTAL: &str = "Pivotal: ";
    /// Most figures of one drug: two trials in patients without and with a drug before.
    const MOST: usize = 4;
    let (figures, source) = text.rsplit_once(" [").unwrap_or((text, ""));
    let figures = without_brackets(figures.split_once(PIVOTAL).map_or(figures, |(_, pivotal)| pivotal));
    let mut rates: Vec<String> = Vec::new();
    for clause in figures.split("; ").flat_map(|clause| clause.split(". ")) {
        for part in clause.split(", ") {
            let Some((patients, rate)) = part.split_once("ORR ") else { continue };
            // What was seen in the brain alone is no rate of the patients.
            let Some(end) = rate.find('%').filter(|_| !patients.starts_with("brain")) else { continue };
            // Where the rate stands by itself, the clause begins with its patients.
            let patients = if patients.is_empty() {
                clause.split_once(':').map_or(String::new(), |(head, _)| format!("{head}: "))
            } else {
                patients.to_owned()
            };
            rates.push(format!("{patients}ORR {}", &rate[..=end]));
        }
    }
    rates.truncate(MOST);
    let source = if source.is_empty() { String::new() } else { format!(" [{}]", source.trim_end_matches(']')) };
    (!rates.is_empty()).then(|| format!("{}{source}", rates.join(", ")))
}

/// The text without what stands in brackets, and the blank before it.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let kept: String = text
        .chars()
        .filter(|c| {
            depth += usize::from(*c == '(');
            let is_kept = depth == 0;
            depth -= usize::from(*c == ')' && depth > 0);
            is_kept
        })
        .collect();
    kept.replace(" :", ":").replace(" ,", ",").replace(" ;", ";").replace(" .", ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_rate_comes_with_its_patients_and_its_source() {
        let told = |text: &str| responses(text).unwrap_or_default();
        assert_eq!(
            told("PROFILE1001 n=50: CR 3, PR 33, ORR 72% (58-84), DoR 17.6 mo [doc:guide]"),
            "PROFILE1001 n=50: ORR 72% [doc:guide]"
        );
        assert_eq!(
            told(
                "TRIDENT-1: naive n=71 ORR 79% (68-88), DoR 34.1 mo (25.6-NE); pretreated n=56 ORR 38% (25-52); G2032R 10/17 (59%) [x; y]"
            ),
            "TRIDENT-1: naive n=71 ORR 79%, pretreated n=56 ORR 38% [x; y]"
        );
        let pivotal =
            "phase 1: naive n=9 ORR 66.7% (35.4-87.9). Pivotal: naive TRUST-I n=103 ORR 90%, TRUST-II n=54 ORR 85%; pretreated TRUST-I \
                       n=66 ORR 52%, TRUST-II n=47 ORR 62% [x]";
        assert_eq!(
            told(pivotal),
            "naive TRUST-I n=103 ORR 90%, TRUST-II n=54 ORR 85%, pretreated TRUST-I n=66 ORR 52%, TRUST-II n=47 ORR 62% [x]"
        );
        assert_eq!(told("ARROS-1 n=117 pretreated: ORR 44% (34-53), brain ORR 48% [x]"), "ARROS-1 n=117 pretreated: ORR 44% [x]");
        assert_eq!(responses("one patient, disease control [x]"), None);
    }
}
