//! From values to places on a drawing.

/// A straight or a logarithmic scale.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    is_log: bool,
}

impl Scale {
    /// Values `from..to` lie at places `start..end`; others at the nearer end.
    pub fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        Self { from, to, start, end, is_log: false }
    }

    /// The same with equal distances for equal ratios; both values are above 0.
    pub fn log((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        Self { from: from.ln(), to: to.ln(), start, end, is_log: true }
    }

    /// The place of a value.
    pub fn at(&self, value: f64) -> f64 {
        let value = if self.is_log { value.max(f64::MIN_POSITIVE).ln() } else { value };
        let share = ((value - self.from) / (self.to - self.from).max(1e-12)).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }
}

/// The next of 1, 2 or 5 times a power of ten that is not below the value: where an axis ends.
pub fn nice_top(value: f64) -> f64 {
    let value = value.max(1.0);
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|top| *top >= value * 0.999_999).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_on_their_places_and_never_beyond() {
        let scale = Scale::new((0.0, 10.0), (100.0, 200.0));
        assert_eq!([0.0, 5.0, 10.0, 20.0, -1.0].map(|value| scale.at(value) as u32), [100, 150, 200, 200, 100]);
        let log = Scale::log((0.001, 1.0), (300.0, 0.0));
        assert!((log.at(0.01) - 200.0).abs() < 1e-9 && (log.at(0.0) - 300.0).abs() < 1e-9);
        assert_eq!([0.0, 1.0, 3.0, 965.0].map(|value| nice_top(value) as u32), [1, 1, 5, 1_000]);
    }
}
