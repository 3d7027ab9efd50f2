//! All fixed text of the page, English beside Japanese. A phrase that lacks a language does not compile; `{}` are gaps that are filled
//! in the order in which they stand, which is the same in both languages.

use super::lang::Lang;
use crate::fusion::Flag;
use crate::warning::Code;

/// Declares the catalogue: the name of each phrase, English, Japanese.
macro_rules! phrases {
    ($($name:ident: $english:literal, $japanese:literal;)*) => {
        /// The phrases of one language.
        #[derive(Debug, Clone, Copy)]
        #[allow(missing_docs)]
        pub struct Phrases {
            pub lang: Lang,
            $(pub $name: &'static str,)*
        }

        /// English.
        pub const ENGLISH: Phrases = Phrases { lang: Lang::English, $($name: $english,)* };
        /// Japanese.
        pub const JAPANESE: Phrases = Phrases { lang: Lang::Japanese, $($name: $japanese,)* };

        /// Name and both texts of each phrase, for tests.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $japanese),)*];
    };
}

phrases! {
    report_of: "kinfuse report: {}", "kinfuse レポート：{}";
    research_use: "Research use only. Not a medical device. No treatment may rest on this output alone.",
        "研究用です。医療機器ではありません。この出力だけに基づいて治療を決めないでください。";
    skip: "Go to the findings", "所見へ移動";
    contents: "Contents", "目次";
    sample: "Sample", "検体";
    assay: "Assay", "アッセイ";
    genome: "Genome", "ゲノム";
    tumour: "Tumour type", "腫瘍型";
    not_given: "not given", "指定なし";
    status: "Status", "状態";
    quality_reads: "Reads in the kinases", "キナーゼ内のリード";
    quality_duplicates: "Duplicates", "重複";
    quality_length: "Read length", "リード長";
    quality_insert: "Fragment length", "断片長";
    quality_rna: "RNA, molecules a splice", "RNA（スプライスあたり分子数）";
    report_id: "Report id", "レポート ID";
    replaces: "replaces {}", "{} を置き換え";
    status_ok: "good sample", "検体良好";
    status_short: "not covered well enough: {}", "カバー不十分：{}";
    status_limited: "can be judged in part", "一部のみ判定可能";
    status_failed: "cannot be judged", "判定不能";
    failed_text: "The sample failed. What is not seen here must not be taken as negative.", "検体は不合格です。ここに見えないものを「陰性」とみなすことはできません。";
    findings: "Findings", "所見";
    no_fusion_called: "No fusion passes.", "合格した融合はありません。";
    no_mutation_called: "No resistance mutation is called.", "耐性変異は検出されませんでした。";
    fusion_sentence: "{} in {} {} ({} split, {} clipped, {} pairs), quality {}.",
        "{}：支持 {} {}（分割 {}、クリップ {}、ペア {}）、クオリティ {}。";
    interval_sentence: "No read shows the base of the break: it lies within {} bases of the places given.",
        "切断点を塩基単位で示すリードはなく、示した位置から {} 塩基以内にあります。";
    share_sentence: "Against the unbroken molecules at this junction alone that is {} (95 % interval {} to {}).",
        "この結合部の切断されていない分子だけに対する割合は {}（95 % 区間 {}～{}）です。";
    isoform_sentence: "Among all transcripts of {} that begin or go on here, other isoforms counted, it is {}.",
        "ここから始まる、またはここを通る {} の全転写産物（他のアイソフォームを含む）に占める割合は {} です。";
    unit_fragments: "fragments", "断片";
    unit_molecules: "molecules", "分子";
    variant_named: "variant {}", "バリアント {}";
    implied: "implied by the break in DNA", "DNA の切断点から推定";
    frame_in: "The kinase follows in frame.", "キナーゼはインフレームで続きます。";
    frame_reported: "The kinase follows in frame, as reported for this variant.", "このバリアントの報告によれば、キナーゼはインフレームで続きます。";
    frame_out: "The kinase does not follow in frame.", "キナーゼはインフレームではありません。";
    frame_unknown: "Whether the kinase follows in frame is not known: {}.", "インフレームかどうかは不明です：{}。";
    domain_retained: "Its kinase domain is kept.", "キナーゼドメインは保たれています。";
    domain_partial: "Its kinase domain is cut.", "キナーゼドメインは途中で切れています。";
    domain_lost: "Its kinase domain is lost.", "キナーゼドメインは失われています。";
    doubtful: "Doubtful, not a finding ({})", "疑わしく、所見としないもの（{}）";
    reciprocal: "This is the reciprocal of event {}: it keeps the 5' part of the kinase.", "イベント {} の相反側です。キナーゼの 5' 側を保ちます。";
    contradicted: "Contradicted by the other material: {}", "もう一方の材料と矛盾：{}";
    same_meaning: "For drugs the same holds as for {}.", "薬剤については {} と同じです。";
    level: "Evidence level {} in {}.", "エビデンスレベル {}（{}）。";
    level_none: "No evidence level in {}: none of its drugs is left.", "{} でのエビデンスレベルなし：使える薬剤が残っていません。";
    level_unreported: "No evidence level in {}: nothing that decides is reported of {} for any of its drugs.", "{} でのエビデンスレベルなし：{} について、どの薬剤にも決め手となる報告がありません。";
    level_no_tumour: "No evidence level, as no tumour type was given (--tumour).", "腫瘍型の指定（--tumour）がないため、エビデンスレベルは示しません。";
    level_no_kinase: "No evidence level: {}.", "エビデンスレベルなし：{}。";
    tumour_unknown: "This tumour type is not in the tables and counts as another solid tumour.", "この腫瘍型は表になく、その他の固形がんとして扱います。";
    tier: "Tier {} ({}).", "ティア {}（{}）。";
    drugs_active: "Active", "有効";
    drugs_void: "Void", "無効";
    drugs_preclinical: "Preclinical only", "前臨床のみ";
    drugs_preclinical_note: "reported active in cells or animals alone (level E): no recommendation", "細胞・動物実験のみの報告（レベル E）で、推奨ではない";
    drugs_no_report: "No report", "報告なし";
    drugs_active_note: "listed for this fusion or reported active, and no called mutation or gain speaks against it", "この融合に対して表にあるか有効との報告があり、妨げる変異や増幅は検出されていない";
    drugs_void_note: "a called mutation or gain is reported to resist it, or to make it weaker", "検出された変異または増幅に耐性または効果減弱の報告あり";
    drugs_no_report_note: "nothing that decides is reported for a called mutation or gain", "検出された変異または増幅について決め手となる報告なし";
    none: "none", "なし";
    approved: "approved", "承認あり";
    not_approved: "not approved", "承認なし";
    under_review: "decision was due", "審査中（決定期日経過）";
    outcome_unknown: "outcome not in the tables", "結果は表になし";
    if_together: "if on one molecule", "同一分子上にある場合";
    not_listed: "approval not in the tables", "承認情報は表になし";
    condition: "Condition", "条件";
    companion_test: "Companion test", "コンパニオン診断";
    line: "Line", "治療ライン";
    efficacy: "Efficacy", "有効性";
    approvals: "Approvals", "承認";
    drug: "Drug", "薬剤";
    group: "Group", "区分";
    evidence_level: "Level", "レベル";
    because: "Because", "根拠";
    bypass: "Bypass: {} is called. Reported {} to {} beside {}.", "バイパス：{} を検出。{}（{}、{} と併存時）との報告。";
    calls_for: "Calls for: {}.", "示唆される対応：{}。";
    mutation_sentence: "{} in {} of {} molecules, {} (95 % interval {} to {}), quality {}.",
        "{}：{} / {} 分子、{}（95 % 区間 {}～{}）、クオリティ {}。";
    on_fusion: "On the molecules of {} ({} of them).", "{} の分子上にあります（{} 分子）。";
    not_on_fusion: "Not on the molecules of {} ({} molecules).", "{} の分子上にはありません（{} 分子）。";
    mixed_fusion: "On some molecules of {} and not on others ({}).", "{} の一部の分子上にあります（{}）。";
    not_phased: "Whether it lies on the fusion is not known: {}.", "融合と同じ分子上かどうかは不明です：{}。";
    inherited: "Inherited (germline): {} of {} molecules of the matched normal show it.", "生殖細胞系列：同一人物の正常検体の {} / {} 分子に見られます。";
    acquired: "Acquired (somatic): {} of {} molecules of the matched normal show it.", "体細胞変異：同一人物の正常検体では {} / {} 分子です。";
    origin_open: "Germline or somatic is undecided: {} of {} molecules of the matched normal show it.", "生殖細胞系列か体細胞変異かは不明です：同一人物の正常検体では {} / {} 分子です。";
    cis_with: "On one molecule with {}.", "{} と同じ分子上（シス）。";
    trans_with: "Never on one molecule with {}.", "{} とは別の分子上（トランス）。";
    mixed_with: "Partly on one molecule with {}.", "{} と一部の分子で同じ分子上。";
    compound_unphased: "Whether {} {} lie on one molecule is not known; reported if they do: {}", "{} {} が同じ分子上にあるかは不明です。同じ分子上にある場合の報告：{}";
    seen_without_fusion: "Reported without a fusion, which says nothing of one: {}.", "融合のない例での報告（融合例には当てはまらない）：{}。";
    compound_cis: "{} {} lie on one molecule. {}", "{} {} は同じ分子上にあります。{}";
    compound_mixed: "{} {} lie on one molecule in part. {}", "{} {} は一部が同じ分子上にあります。{}";
    compound_trans: "{} {} never lie on one molecule: each counts alone. {}", "{} {} は別々の分子上にあり、それぞれ単独で扱います。{}";
    compound_no_report: "No report speaks of them together; those of each alone may not hold.",
        "併存時の報告はなく、単独での報告は当てはまらない可能性があります。";
    effect_sensitive: "sensitive", "感受性";
    effect_reduced: "less sensitive", "感受性低下";
    effect_resistant: "resistant", "耐性";
    effect_conflicting: "conflicting reports", "報告が不一致";
    effect_unverified: "hints alone, unverified", "未確認の示唆のみ";
    reported_resistant: "Reported resistant: {}.", "耐性の報告：{}。";
    reported_reduced: "Reported less sensitive: {}.", "感受性低下の報告：{}。";
    reported_sensitive: "Reported sensitive: {}.", "感受性の報告：{}。";
    reported_conflicting: "Reports conflict: {}.", "報告が一致しない：{}。";
    imbalance: "{}: {} times as much RNA behind {} as before it (95 % interval {} to {}). A partner was not found. Not a call.",
        "{}：RNA は{} 倍（{} の後が前に対して、95 % 区間 {}～{}）。パートナーは見つかりません。検出ではありません。";
    not_found: "Not found", "検出されなかったもの";
    not_found_lead: "What it is worth that no fusion of a kinase was seen: whether one would have been. A share is the smallest that would have been seen with 95 % probability.",
        "融合が見えなかったことの意味（あれば見えたか）です。割合は、95 % の確率で見えたはずの最小の割合です。";
    gene: "Gene", "遺伝子";
    absence: "A fusion", "融合は";
    places: "Where, and from which share of the molecules", "場所と、見えたはずの分子の割合";
    introns: "Intron {}", "イントロン {}";
    junctions: "Junction {}", "結合部 {}";
    place_known: "from {}", "{} から";
    place_novel: "from {} (novel partner {})", "{} から（未知パートナー {}）";
    place_no_share: "no share can be stated", "割合を示せない";
    place_covered: "{} covered, {} molecules: no share can be stated", "カバー {}、{} 分子：割合を示せない";
    place_bare: "0 % covered", "カバー 0 %";
    resistance: "Known resistance codons: {}.", "既知の耐性コドン：{}。";
    codons_judged: "Known codons that could be judged: {}. A share is the smallest of the molecules that would have been seen.",
        "判定できた既知コドン：{}。割合は見えたはずの最小の分子割合です。";
    codons_spread: "{} of {} (half of them from {}, the worst, {}, from {})", "{} / {}（半数は {} から、最悪の {} は {} から）";
    codons_alike: "{} of {} (from {})", "{} / {}（{} から）";
    codons_none: "none of {}", "{} 個中 0";
    codons_bare: "not at all {}", "まったく判定できない：{}";
    warnings: "Warnings", "警告";
    warnings_none: "No warning.", "警告はありません。";
    notes: "Notes", "注記";
    fusions: "Fusions, drawn", "融合の図";
    figure_genes: "The two genes of {}", "{} の 2 つの遺伝子";
    figure_genes_text: "Exons to scale, introns shortened. 5' partner {} keeps {}; 3' partner {} keeps {}. What is lost has a broken outline.",
        "エクソンは縮尺どおり、イントロンは短縮。5' 側 {} は {} を保ち、3' 側 {} は {} を保つ。失われる部分は破線。";
    exons_to: "exons 1 to {}", "エクソン 1～{}";
    exons_from: "exons {} to {}", "エクソン {}～{}";
    a_part: "a part", "一部";
    figure_reads: "Reads round the breaks of {}", "{} の切断点周辺のリード";
    figure_reads_text: "Aligned reads in bins of {} bases, 1,000 bases to either side of both breaks, and {} supporting molecules: {} split, {} clipped, {} pairs.",
        "両切断点の前後 1,000 塩基について、{} 塩基ごとのリード数と、支持分子 {}（分割 {}、クリップ {}、ペア {}）。";
    molecules_left_out: "Arcs: {} of the {} {}, an even choice; {} are not drawn.", "弧：{} / {} {} を均等に抽出して表示（{} は省略）。";
    kind_split: "split", "分割";
    kind_clip: "clipped", "クリップ";
    kind_pair: "pair", "ペア";
    axis_reads: "reads", "リード数";
    kept: "kept", "保持";
    cut: "cut", "切断";
    lost: "lost", "喪失";
    break_word: "break", "切断点";
    figure_product: "Transcript and protein of {}", "{} の転写産物とタンパク質";
    figure_product_text: "The fused transcript and its protein, to scale. {} {}",
        "融合転写産物とそのタンパク質（縮尺どおり）。{} {}";
    transcript: "transcript", "転写産物";
    protein: "protein", "タンパク質";
    residues: "{} residues", "{} 残基";
    bases: "{} bases", "{} 塩基";
    base: "{} base", "{} 塩基";
    inserted: "{} bases inserted", "{} 塩基の挿入";
    inserted_one: "{} base inserted", "{} 塩基の挿入";
    junction_not_drawn: "No transcript is drawn: {}.", "転写産物の図はありません：{}。";
    no_model: "no exon model of both genes", "両遺伝子のエクソンモデルがない";
    no_junction: "no read shows which exons are joined", "結合するエクソンを示すリードがない";
    no_coding: "No protein is drawn: no coding sequence reaches the break.", "タンパク質の図はありません：切断点までのコード配列が不明。";
    not_translated: "not translated in this frame", "この読み枠では翻訳されない";
    lost_domains: "Lost: {}", "喪失：{}";
    isoforms: "Isoforms of the same pair of genes: {}.", "同じ遺伝子ペアのアイソフォーム：{}。";
    save_drawing: "Save this drawing (SVG)", "この図を保存（SVG）";
    save_reads: "Save these reads (SVG)", "このリードの図を保存（SVG）";
    not_drawn_in_full: "Drawn in part, as {} fusions stand before it; kinfuse call --figures svg writes all drawings.",
        "前に {} 個の融合があるため一部のみ図示しています。kinfuse call --figures svg ですべての図を書き出せます。";
    facts: "Details", "詳細";
    breakpoints: "Breakpoints", "切断点";
    exon_junction: "Exon junction", "エクソン結合";
    other_transcripts: "On other transcripts", "他の転写産物での番号";
    known_as: "Known as", "既知情報";
    peptide: "Residues over the junction", "結合部の残基";
    consensus: "Bases over the junction", "結合部の塩基";
    domains: "Domains", "ドメイン";
    structure: "Structure", "構造";
    unbroken: "Unbroken molecules", "切断されていない分子";
    homology: "Homology", "相同";
    reads_at_junction: "Reads over the junction of {}", "{} の結合部のリード";
    reads_lead: "In the direction of the fusion; │ is the junction. Arrow: strand of the read; number: mate. Bases that differ from most reads are boxed; - is a base that the read lacks, + stands for bases that it has more.",
        "融合の方向に表示。│ が結合部。矢印はリードの向き、数字はメイト番号。多数と異なる塩基は枠つき。- は欠けた塩基、+ は余分な塩基。";
    reads_shown: "Of the {} {} behind this fusion {} are drawn, one a line, each by the read that shows most of both sides.",
        "この融合を支持する {} {} のうち {} を表示（1 行 1 つ、両側を最も多く示すリード）。";
    reads_left_out: "{} more have a read over the junction and are left out to keep the page small.", "ほか {} も結合部を横切るリードをもちますが、ページを小さくするため省略。";
    reads_beside: "{} have no read that shows both sides: mates lie on either side, or the read ends within inserted bases or has no alignment.",
        "{} には両側を示すリードがありません（両側のメイトのみ、挿入塩基内で終わる、または整列のないリード）。";
    reads_names: "Names of the reads behind it, those drawn first ({})", "支持リードの名前（表示したものが先、{} 件）";
    swipe: "\u{2190} Swipe sideways for the rest \u{2192}", "\u{2190} 横にスワイプして続きを表示 \u{2192}";
    figure_junction: "Reads over the junction of {}", "{} の結合部のリード";
    figure_junction_text: "One line a molecule in the direction of the fusion, the bases of most reads above; bases that differ are bold and underlined. {}",
        "1 行 1 分子、融合の方向。最上段は多数の塩基、異なる塩基は太字・下線。{}";
    english_texts: "What tables and warnings say is in English.", "表と警告の文は英語のまま表示します。";
    most_reads: "most reads", "多数";
    mutations: "Mutations of the kinases", "キナーゼの変異";
    mutations_none_covered: "Not covered at all: {}.", "まったくカバーされていない：{}。";
    figure_lollipop: "Mutations of the kinase domain of {}", "{} キナーゼドメインの変異";
    figure_lollipop_text: "Called: {}. Of {} known codons {} are covered; a green dash is the share from which a change would have been seen, a red cross a codon that is not covered. The scale is logarithmic.",
        "検出：{}。既知コドン {} 個のうち {} 個をカバー。緑の線は見えたはずの割合、赤の × はカバーされていないコドン。対数目盛。";
    link_cis: "on one molecule (cis)", "同じ分子上（シス）";
    link_mixed: "partly on one molecule", "一部は同じ分子上";
    link_trans: "on different ones (trans)", "別の分子上（トランス）";
    legend_seen: "would have been seen from here", "ここから見えたはず";
    axis_fraction: "share of molecules", "分子の割合";
    axis_residue: "residue", "残基";
    change: "Change", "変化";
    molecules: "Molecules", "分子数";
    share: "Share (95 %)", "割合（95 %）";
    quality: "Quality", "クオリティ";
    filter: "Filter", "フィルター";
    phase_fusion: "To the fusion", "融合との位相";
    phase_other: "To each other", "変異どうしの位相";
    on_drugs: "Drugs", "薬剤";
    table_called: "Called mutations", "検出された変異";
    other_genes: "Other genes", "その他の遺伝子";
    table_other_genes: "Called changes of other genes", "その他の遺伝子で検出された変化";
    seen: "What could have been seen", "何が見えたはずか";
    figure_strip: "What could have been seen where", "どこで何が見えたはずか";
    figure_strip_text: "One row a kinase, one box a place at which it can break, with the share of a known fusion that would have been seen with 95 % probability. A fusion in so many places: {}.",
        "1 行が 1 キナーゼ、1 箱が切断されうる場所。数値は 95 % の確率で見えたはずの既知融合の割合。か所数：{}。";
    seldom: "fusions seldom break here", "融合の切断はまれ";
    figure_balance: "5'/3' balance", "5'/3' バランス";
    figure_balance_text: "How many times more RNA each kinase has behind its most uneven break than before it, with the 95 % interval. {}",
        "各キナーゼで最も不均一な切断点の後が前の何倍の RNA をもつか（95 % 区間）。{}";
    balance_item: "{}: {} times ({} to {}) at {}.", "{}：{} 倍（{}～{}、{}）。";
    axis_fold: "times as much behind as before", "後 / 前の倍率";
    balance_limit: "uneven above", "これ以上で不均一";
    balance_none: "No balance is drawn: it needs RNA that is not between primers, with enough molecules of the kinase.",
        "バランスの図はありません：プライマー間増幅ではない RNA と、十分なキナーゼ分子が必要です。";
    run: "How it was run", "実行条件";
    program: "Program", "プログラム";
    version: "version {}", "バージョン {}";
    settings: "Options that change results", "結果を変える設定";
    option: "Option", "設定";
    value: "Value", "値";
    yes: "yes", "あり";
    no: "no", "なし";
    inputs: "Inputs", "入力";
    file: "File", "ファイル";
    size: "Size (bytes)", "サイズ（バイト）";
    header_md5: "MD5 of the header", "ヘッダーの MD5";
    index_md5: "MD5 of the index", "インデックスの MD5";
    inputs_lead: "The reads themselves have no checksum here: that of a large file takes longer than the call. Size, header and index tell two files apart.",
        "リード本体のチェックサムは計算していません（大きなファイルでは解析より時間がかかるため）。サイズ・ヘッダー・インデックスでファイルを区別します。";
    stream: "stream", "ストリーム";
    assay_reasons: "How the assay was recognised", "アッセイの判定理由";
    tables: "Tables", "表";
    table: "Table", "表";
    origin: "Origin", "出所";
    built_in: "built-in", "組み込み";
    user: "user", "ユーザー";
    rows: "Rows", "行数";
    checksum: "Checksum", "チェックサム";
    tables_before: "Tables of the report before", "以前のレポートの表";
    id_lead: "The id is a checksum of the result without times, places or threads: the same result has the same id.",
        "ID は時刻・場所・スレッド数を含まない結果のチェックサムです。同じ結果は同じ ID になります。";
    code: "Code", "コード";
    appendix: "Appendix", "付録";
    appendix_drugs: "Drugs in full", "薬剤の詳細";
    appendix_fusions: "fusions.tsv", "fusions.tsv";
    appendix_variants: "variants.tsv", "variants.tsv";
    appendix_detectability: "detectability.tsv", "detectability.tsv";
    appendix_metrics: "metrics.tsv", "metrics.tsv";
    appendix_skipped: "Reads that were not used", "使われなかったリード";
    appendix_hot_spots: "Hot spots of other genes", "その他の遺伝子のホットスポット";
    site: "Site", "部位";
    metric: "Metric", "指標";
    unit: "Unit", "単位";
    note: "Note", "備考";
    reason: "Reason", "理由";
    count: "Count", "数";
    region: "Region", "領域";
    position: "Position", "位置";
    status_column: "Status", "状態";
    source: "Source", "出典";
    seen_from: "Seen from", "見えたはずの割合";
    called: "called", "検出";
    not_seen: "not seen", "見えない";
    not_covered: "not covered", "カバーなし";
}

/// What a flag says of a fusion, in Japanese; in English [`Flag::ALL`] says it.
pub fn flag_in_japanese(flag: Flag) -> &'static str {
    match flag {
        Flag::LowSupport => "この種の結合に必要な断片数に足りない",
        Flag::RandomChimera => "この検体のランダムなキメラと区別できない",
        Flag::ReadThrough => "同じ鎖の隣接遺伝子（リードスルー転写）",
        Flag::Homology => "両端の配列が似ている",
        Flag::ShortAnchor => "リードが両端に十分届いていない",
        Flag::LowMapq => "パートナーの位置が一意でない",
        Flag::OneSidedDuplicates => "すべての断片の片端が同じ（1 分子のコピーの疑い）",
        Flag::Recurrent => "正常検体でも見られる",
        Flag::Antisense => "2 つの遺伝子の向きが逆",
        Flag::UnplacedPartner => "パートナーの位置を決められない",
        Flag::KinaseLost => "キナーゼドメインが保たれていない",
        Flag::MatesOutOfStep => "ファイルのメイトの組が誤っている",
        Flag::Germline => "同一人物の正常検体でも見られる",
    }
}

/// What a warning is about; its sentence, which has the figures, follows in English.
pub fn warning(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotReadWhole => ("Not all reads were looked at", "一部のリードは調べていない"),
        Code::MatesOutOfStep => ("Pairs are mates of different fragments", "ペアが異なる断片のメイトになっている"),
        Code::ReadGivenTwice => ("Both mates are one read", "両メイトが同じリード"),
        Code::AdaptersLeftIn => ("Adapters are left in", "アダプターが残っている"),
        Code::NoReads => ("No reads at the kinases", "キナーゼにリードがない"),
        Code::TooFewReads => ("Too few reads", "リードが少なすぎる"),
        Code::MostlyDuplicates => ("Mostly duplicates", "ほとんどが重複"),
        Code::TooFewMolecules => ("Too few molecules", "分子が少なすぎる"),
        Code::BreaksNotCovered => ("The usual breaks are not covered", "通常の切断点がカバーされていない"),
        Code::TooLittleRna => ("Too little or degraded RNA", "RNA が少ない、または分解している"),
        Code::ShortReads => ("Short reads", "リードが短い"),
        Code::ShortFragments => ("Short fragments", "断片が短い"),
        Code::NoCodingSequence => ("Mutations were not looked for", "変異は調べられていない"),
        Code::TargetAbsent => ("A target could not be looked at", "調べられなかった標的がある"),
        Code::SampleNamesDiffer => ("More than one sample name", "検体名が複数ある"),
        Code::AssayUnlike => ("Not the assay that was given", "指定されたアッセイと異なる"),
        Code::NoUmis => ("No UMIs", "UMI がない"),
        Code::ReferenceLacksContigs => ("The FASTA lacks contigs", "FASTA に染色体が足りない"),
        Code::TableNotRead => ("A table was not read", "読まれなかった表がある"),
        Code::ColumnNotRead => ("A column was not read", "読まれなかった列がある"),
        Code::NormalsOfOtherMaterial => ("Normal samples of another material", "正常検体の材料が異なる"),
        Code::HeldBackByNormals => ("Held back, normal samples show it too", "正常検体にも見えるため検出としない"),
        Code::NotInVcf => ("Not all calls are in the VCF", "VCF に書けない検出がある"),
        Code::TumourNotInTables => ("The tumour type is not in the tables", "腫瘍型が表にない"),
        Code::RemoteFile => ("A remote file was checked less", "リモートのファイルは確認が少ない"),
        Code::NotOnePerson => ("Not one person", "同一人物の検体ではない"),
        Code::Contaminated => ("Molecules of another person", "他人の分子が混入している"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_all_phrases_with_the_same_gaps() {
        for (name, english, japanese) in ALL {
            assert!(!english.trim().is_empty() && !japanese.trim().is_empty(), "{name}");
            assert_eq!(english.matches("{}").count(), japanese.matches("{}").count(), "{name}");
            let is_file = english.contains(".tsv");
            assert!(is_file || japanese.chars().any(|c| c > '\u{2e7f}'), "{name} is not translated: {japanese}");
        }
    }
}
