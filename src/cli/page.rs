//! Arguments about the HTML page and its figures, which `call` and `report` share.

use clap::{Args, ValueEnum};

use crate::drawing::{DrawingFormat, Formats};
use crate::report::files::PageOptions;
use crate::report::html::Lang;

/// How the page is written.
#[derive(Debug, Clone, Args)]
pub struct PageArguments {
    /// Language of the page (what the tables say stays in English).
    #[arg(long, value_enum, default_value = "en")]
    lang: LangArgument,
    /// Write each drawing of the page as files of these formats too; PNG and PDF have English text.
    #[arg(long, value_enum, value_name = "FORMAT,...", value_delimiter = ',')]
    figures: Vec<FigureArgument>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LangArgument {
    En,
    Ja,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FigureArgument {
    Svg,
    Png,
    Pdf,
}

impl PageArguments {
    /// The validated options.
    pub fn options(&self) -> PageOptions {
        let lang = match self.lang {
            LangArgument::En => Lang::English,
            LangArgument::Ja => Lang::Japanese,
        };
        let format = |argument: &FigureArgument| match argument {
            FigureArgument::Svg => DrawingFormat::Svg,
            FigureArgument::Png => DrawingFormat::Png,
            FigureArgument::Pdf => DrawingFormat::Pdf,
        };
        let formats: Vec<DrawingFormat> = self.figures.iter().map(format).collect();
        PageOptions { lang, figures: Formats::of(&formats) }
    }
}
