use super::*;
use crate::error::Result;

fn folder(files: &[(&str, &str)]) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir().map_err(Error::io("temporary folder", "create"))?;
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).map_err(Error::io(*name, "write"))?;
    }
    Ok(folder)
}

#[test]
fn a_users_rows_extend_and_override() -> Result<()> {
    let fusions = "# mine\ngene5\tgene3\texon5\texon3\tvariant_name\tsource\nMINE\tALK\t4\t20\tM4;A20\tlab\nEML4\tALK\t13\t20\tV1\tlab\n";
    let resistance = "gene\tprotein_change\tcodon_hg38\tref_codon\tdrug\teffect\tsource\n\
        ALK\tG1202R\t\t\tnewdrug\tsensitive\tlab\nALK\tR1275Q\tchr2:29209797-29209799\tCGA\tnewdrug\tresistant\tlab\n";
    let folder = folder(&[("fusions.tsv", fusions), ("resistance.tsv", resistance)])?;
    let knowledge = Knowledge::with_dir(folder.path())?;
    assert_eq!(knowledge.fusions().len(), Knowledge::builtin().fusions().len() + 1);
    assert_eq!(knowledge.fusions()[0].source, "lab");
    assert!(knowledge.pair("MINE", "ALK") && knowledge.implied("MINE", 4, "ALK", 20).is_some());
    assert_eq!(knowledge.resistance_sites().len(), Knowledge::builtin().resistance_sites().len() + 1);
    let added = knowledge.resistance_sites().iter().find(|site| site.codon == 1275 && site.gene == "ALK");
    assert_eq!(added.and_then(|site| site.bases(Assembly::Grch38)), Some([29_209_798, 29_209_797, 29_209_796]));
    assert_eq!(added.and_then(|site| site.bases(Assembly::Grch37)), None);
    Ok(())
}

#[test]
fn errors_name_the_file_and_the_line() -> Result<()> {
    let message = |name: &str, text: &str| -> Result<String> {
        let folder = folder(&[(name, text)])?;
        Ok(Knowledge::with_dir(folder.path()).map_or_else(|error| error.to_string(), |_| String::new()))
    };
    assert!(message("fusions.tsv", "# x\ngene5\tgene3\nEML4\t\n")?.contains("fusions.tsv, line 3: column gene3 is blank"));
    assert!(message("fusions.tsv", "gene5\texon5\n")?.contains("no column gene3"));
    let header = "gene\tprotein_change\tcodon_hg38\tdrug\teffect\n";
    assert!(message("resistance.tsv", &format!("{header}ALK\tG1202R\t\tx\tbad\n"))?.contains("line 2: effect bad is not known"));
    assert!(message("resistance.tsv", &format!("{header}KIT\tD816V\tchr4:1-3\tx\tresistant\n"))?.contains("KIT is not one of the five"));
    assert!(message("resistance.tsv", &format!("{header}ALK\tA1202R\tchr2:1-3\tx\tresistant\n"))?.contains("codon 1202 is G"));
    assert!(message("other.tsv", "")?.contains("holds neither"));
    Ok(())
}
