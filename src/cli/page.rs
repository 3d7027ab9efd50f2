//! Arguments of the page, which `call` and `report` share.

use clap::{Args, ValueEnum};

use crate::report::files::PageOptions;
use crate::report::html::Lang;

/// How the page is written.
#[derive(Debug, Clone, Copy, Args)]
pub struct PageArguments {
    /// Language of the page (what the tables say stays in English).
    #[arg(long, value_enum, default_value = "en")]
    lang: LangArgument,
    /// Write each drawing of the page as a file too.
    #[arg(long, value_enum, value_name = "FORMAT")]
    figures: Option<FigureArgument>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LangArgument {
    En,
    Ja,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FigureArgument {
    Svg,
}

impl PageArguments {
    /// The validated options.
    pub fn options(self) -> PageOptions {
        let lang = match self.lang {
            LangArgument::En => Lang::English,
            LangArgument::Ja => Lang::Japanese,
        };
        PageOptions { lang, figures: self.figures.is_some() }
    }
}
