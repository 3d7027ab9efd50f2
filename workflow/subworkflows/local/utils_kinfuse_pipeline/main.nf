//
// What is asked for is checked before anything runs: one line for each fault. And what is said at the end.
//

/*
 * Parameters against nextflow_schema.json: names, types, choices, patterns, files. The plugin that does this elsewhere must be
 * downloaded; a cluster without a way out cannot.
 */
def parameterFaults(Map given) {
    def schema = new groovy.json.JsonSlurper().parseText(file("${projectDir}/nextflow_schema.json").text)
    def known = [:]
    def required = []
    schema['$defs'].each { _group, part ->
        known.putAll(part.properties)
        required.addAll(part.required ?: [])
    }
    def faults = []
    given.each { name, value ->
        // Nextflow adds a copy of each name in the other spelling.
        if (name.contains('-') && given.containsKey(name.replaceAll(/-(.)/) { _all, letter -> letter.toUpperCase() })) {
            return
        }
        def rule = known[name]
        if (!rule) {
            def near = known.keySet().findAll { other -> similar(name, other) }
            faults << "--${name}: no such parameter${near ? '; is --' + near.sort().join(' or --') + ' meant?' : ''}"
        }
        else if (value != null && value != '') {
            faults.addAll(valueFaults(name, value, rule))
        }
    }
    required.each { name ->
        if (given[name] == null || given[name] == '') {
            faults << "--${name} is missing: ${known[name].description}"
        }
    }
    return faults
}

// One letter more, less or other, or the same but for underscores and case.
def similar(String a, String b) {
    def x = a.toLowerCase().replaceAll(/[-_]/, '')
    def y = b.toLowerCase().replaceAll(/[-_]/, '')
    if (Math.abs(x.length() - y.length()) > 1 || x.length() < 3) {
        return false
    }
    def most = Math.min(x.length(), y.length())
    def head = (0..most).findAll { length -> x.take(length) == y.take(length) }.max()
    def rest = (0..most).findAll { length -> x.reverse().take(length) == y.reverse().take(length) }.max()
    return head + rest >= Math.max(x.length(), y.length()) - 1
}

def valueFaults(String name, value, Map rule) {
    // Nextflow takes what has a blank for a value, even where it is the next option.
    if (rule.type == 'boolean' && value.toString().startsWith('--')) {
        return ["--${name} has got `${value}` as its value: put --${name} last"]
    }
    if (rule.type == 'boolean' && !(value instanceof Boolean) && !(value.toString() in ['true', 'false'])) {
        return ["--${name}: `${value}` is neither true nor false"]
    }
    if (rule.type == 'integer' && !value.toString().isInteger()) {
        return ["--${name}: `${value}` is not a whole number"]
    }
    if (rule.type == 'integer' && rule.minimum != null && value.toString().toInteger() < rule.minimum) {
        return ["--${name}: `${value}` is less than ${rule.minimum}"]
    }
    if (rule.type == 'string' && value instanceof Boolean) {
        return ["--${name} needs a value; one that begins with - stands behind =, as in --${name}='-x'"]
    }
    if (rule['enum'] && !(value.toString() in rule['enum'])) {
        return ["--${name}: `${value}` is none of ${rule['enum'].join(', ')}"]
    }
    if (rule.pattern && !(value.toString() ==~ rule.pattern)) {
        return ["--${name}: `${value}` ${rule.errorMessage ?: "is not of the form ${rule.pattern}"}"]
    }
    if (rule.exists && rule.format == 'file-path' && !file(value).isFile()) {
        return ["--${name}: no such file: ${value}"]
    }
    if (name == 'fasta' && value.toString().endsWith('.gz') && !isBgzip(file(value))) {
        return ["--fasta: ${value} is packed by gzip, of which no part can be read alone; pack it by bgzip, or unpack it"]
    }
    if (rule.exists && rule.format == 'directory-path' && !file(value).isDirectory()) {
        return ["--${name}: no such folder: ${value}"]
    }
    return []
}

// Whether the first block of a file says that it is one of many (SAM specification, 4.1).
def isBgzip(path) {
    def head = path.withInputStream { stream -> stream.readNBytes(14) }
    return head.length == 14 && (head[3] & 4) && head[12] == 66 && head[13] == 67
}

// What the schema cannot say.
def combinationFaults(Map p) {
    def faults = []
    if (!p.input && !p.simulate) {
        faults << '--input is missing: give a sample sheet (or --simulate, a table of samples to make)'
    }
    if (p.simulate && !p.fasta) {
        faults << '--simulate needs --fasta'
    }
    return faults
}

/*
 * The sample sheet: a line for each file (or pair of FASTQ files) of a sample; lines of one sample are its lanes, or its RNA and DNA.
 * Files are named from the folder of the sheet, or in full.
 */
def readSheet(String path, Map p) {
    def sheet = file(path)
    def columns = ['sample', 'rna', 'rna_2', 'dna', 'dna_2', 'run', 'role', 'expected', 'normal']
    def separator = sheet.name.endsWith('.tsv') ? '\t' : ','
    def lines = sheet.readLines()
    def faults = []
    def header = lines ? cells(lines[0], separator) : []

    header.findAll { name -> !(name in columns) }.each { name ->
        faults << "${sheet.name}: no such column: `${name}`; columns are ${columns.join(', ')}"
    }
    header.countBy { name -> name }.findAll { _name, times -> times > 1 }.each { name, _times ->
        faults << "${sheet.name}: column `${name}` is there twice"
    }
    if (!('sample' in header)) {
        faults << "${sheet.name}: there is no column `sample`"
    }
    if (!('rna' in header || 'dna' in header)) {
        faults << "${sheet.name}: there is neither a column `rna` nor `dna`"
    }
    if (faults) {
        return [[], [], faults]
    }

    def samples = [:]
    def seen = [:]
    lines.eachWithIndex { line, before_it ->
        def number = before_it + 1
        if (number == 1 || !line.trim() || line.startsWith('#')) {
            return
        }
        def values = cells(line, separator)
        if (values.size() > header.size()) {
            faults << "${sheet.name}, line ${number}: ${values.size()} cells, but the header has ${header.size()}${separator == ',' ? '; a cell with a comma needs quotes' : ''}"
            return
        }
        def row = [header, values].transpose().collectEntries { pair -> [pair[0], pair[1] == '.' ? '' : pair[1]] }
        if (!(row.sample ==~ /[A-Za-z0-9][A-Za-z0-9_.-]*/)) {
            faults << "${sheet.name}, line ${number}: sample `${row.sample ?: ''}`: a name has letters, digits, _, . and -, and begins with a letter or a digit"
            return
        }
        if (!row.rna && !row.dna) {
            faults << "${sheet.name}, line ${number}: sample ${row.sample} has neither RNA nor DNA"
            return
        }
        if (row.role && !(row.role in ['sample', 'positive', 'negative', 'ntc'])) {
            faults << "${sheet.name}, line ${number}: role `${row.role}` is none of sample, positive, negative, ntc"
        }
        if (row.normal && !(row.normal in ['yes', 'no'])) {
            faults << "${sheet.name}, line ${number}: normal `${row.normal}` is neither yes nor no"
        }
        def sample = samples.get(row.sample, [name: row.sample, units: [], about: [:], problems: [], line: number])
        ['run', 'role', 'expected', 'normal'].each { column ->
            if (row[column]) {
                if (sample.about[column] && sample.about[column] != row[column]) {
                    faults << "${sheet.name}, line ${number}: ${column} of sample ${row.sample} is `${row[column]}` here and `${sample.about[column]}` above"
                }
                sample.about[column] = row[column]
            }
        }
        ['rna', 'dna'].each { kind ->
            def second = row["${kind}_2".toString()]
            if (second && !row[kind]) {
                faults << "${sheet.name}, line ${number}: ${kind}_2 without ${kind}"
            }
            if (!row[kind]) {
                return
            }
            def names = second ? [row[kind], second] : [row[kind]]
            def files = names.collect { name -> name ==~ /(\/|[a-z0-9]+:\/\/).*/ ? file(name) : sheet.toAbsolutePath().parent.resolve(name).normalize() }
            def fastq = names[0] ==~ /(?i).*\.(fastq|fq)(\.gz)?/
            def fault = fileFault(names, fastq, kind, p)
            if (fault) {
                faults << "${sheet.name}, line ${number}: ${fault}"
                return
            }
            def absent = files.findAll { one -> !one.exists() }
            absent.each { one -> sample.problems << [number, "no such file: ${one.toUriString().replaceFirst('^file://', '')}"] }
            files.each { one ->
                def before = seen.put(one.toString(), number)
                if (before) {
                    faults << "${sheet.name}, line ${number}: ${one.name} is also in line ${before}"
                }
            }
            def index = absent || fastq ? null : indexOf(files[0])
            sample.units << [kind: kind, fastq: fastq, files: files, index: index]
        }
    }
    if (!samples && !faults) {
        faults << "${sheet.name}: there is no sample in it"
    }

    def kinds = samples.values().findAll { sample -> sample.about.normal == 'yes' }.collect { sample -> kindsOf(sample.units) }.unique()
    if (kinds.size() > 1) {
        faults << "${sheet.name}: normal samples must all be of one kind, these are ${kinds.join(' and ')}"
    }
    if (kinds && p.normals) {
        faults << "--normals is given, and ${sheet.name} has normal samples too: one or the other"
    }

    // A file that is not there stops the run, or with --ignore_failed its sample.
    def lost = []
    samples.values().each { sample ->
        sample.problems.each { problem ->
            if (p.ignore_failed) {
                lost << [sample.name, kindsOf(sample.units), problem[1]]
            }
            else {
                faults << "${sheet.name}, line ${problem[0]}: ${problem[1]}"
            }
        }
    }
    return [samples.values().toList(), lost.unique { row -> row[0] }, faults]
}

// Whether some samples are to be the background of the others: that decides which steps there are.
def sheetHasNormals(path) {
    if (!path) {
        return false
    }
    def separator = path.toString().endsWith('.tsv') ? '\t' : ','
    def rows = file(path).readLines().collect { line -> cells(line, separator) }
    def column = rows ? rows[0].indexOf('normal') : -1
    return column >= 0 && rows.any { row -> row.size() > column && row[column] == 'yes' }
}

// A file of pipeline_info; it stays as it is where it says the same already, so that -resume finds its readers done.
def writtenOnce(String name, String text) {
    def one = file("${params.outdir}/pipeline_info/${name}")
    if (!one.exists() || one.text != text) {
        one.parent.mkdirs()
        one.text = text
    }
    return one
}

// The cells of a line; a cell in quotes may hold the separator.
def cells(String line, String separator) {
    def found = []
    def cell = new StringBuilder()
    def quoted = false
    line.replaceAll('\r$', '').each { letter ->
        if (letter == '"') {
            quoted = !quoted
        }
        else if (letter == separator && !quoted) {
            found << cell.toString().trim()
            cell.setLength(0)
        }
        else {
            cell << letter
        }
    }
    found << cell.toString().trim()
    return found
}

def fileFault(List names, boolean fastq, String kind, Map p) {
    if (!fastq && !(names[0] ==~ /(?i).*\.(bam|cram)/)) {
        return "${names[0]}: neither BAM, CRAM nor FASTQ by its name"
    }
    if (!fastq && names.size() > 1) {
        return "${kind}_2 is for pairs of FASTQ files"
    }
    if (fastq && names.size() > 1 && !(names[1] ==~ /(?i).*\.(fastq|fq)(\.gz)?/)) {
        return "${names[1]}: not FASTQ by its name"
    }
    if (fastq && !p.fasta) {
        return "${names[0]}: FASTQ needs --fasta, to be aligned to"
    }
    if (names[0] ==~ /(?i).*\.cram/ && !p.fasta) {
        return "${names[0]}: CRAM needs --fasta, the genome it was written with"
    }
    def preset = kind == 'rna' ? p.minimap2_rna : p.minimap2_dna
    if (fastq && names.size() > 1 && p["${kind}_aligner".toString()] == 'minimap2' && !(preset in ['sr', 'splice:sr'])) {
        return "${names[0]}: pairs need --minimap2_${kind} ${kind == 'rna' ? 'splice:sr' : 'sr'}, `${preset}` is for single reads"
    }
    return null
}

// The index beside a file, under any of its usual names.
def indexOf(alignment) {
    def name = alignment.name
    def stem = name.replaceAll(/\.[^.]*$/, '')
    def names = name.toLowerCase().endsWith('.cram') ? ["${name}.crai", "${stem}.crai"] : ["${name}.bai", "${stem}.bai", "${name}.csi", "${stem}.csi"]
    return names.collect { one -> alignment.resolveSibling(one.toString()) }.find { one -> one.exists() }
}

def kindsOf(List units) {
    return ['rna', 'dna'].findAll { kind -> units.any { unit -> unit.kind == kind } }.join('+')
}

// [ meta, files, index ] for each file of a sample; the meta says of how many, so that the sample is known to be complete.
def unitsOf(Map sample) {
    def counts = sample.units.countBy { unit -> unit.kind }
    def numbers = [:]
    return sample.units.collect { unit ->
        def number = numbers.merge(unit.kind, 1) { a, b -> a + b }
        def lane = counts[unit.kind] > 1 ? "_${number}" : ''
        def meta = [
            id: sample.name,
            name: "${sample.name}_${unit.kind}${lane}".toString(),
            kind: unit.kind,
            kinds: kindsOf(sample.units),
            lane: number,
            units: sample.units.size(),
            fastq: unit.fastq,
            normal: sample.about.normal == 'yes',
            simulated: sample.simulated ?: [],
        ]
        return [meta, unit.files, unit.index ?: []]
    }
}

// The units of simulated samples: those of one name, made as RNA and as DNA, are one sample.
def simulatedUnits(List made) {
    def samples = [:]
    made.sort { row -> row[0].id }.each { meta, files, indices ->
        def kind = meta.assay.startsWith('rna') ? 'rna' : 'dna'
        def all = files instanceof List ? files : [files]
        def suffix = meta.files == 'fastq' ? /(_[12])?\.fastq\.gz$/ : /\.bam$/
        all.groupBy { one -> one.name.replaceAll(suffix, '') }.sort().each { name, of_sample ->
            def sample = samples.get(name, [name: name, units: [], about: [:], simulated: []])
            def index = (indices instanceof List ? indices : [indices]).find { one -> one.name == "${name}.bam.bai".toString() }
            sample.units << [kind: kind, fastq: meta.files == 'fastq', files: of_sample.sort { one -> one.name }, index: index]
            sample.simulated << meta.id
        }
    }
    return samples.values().collectMany { sample -> unitsOf(sample) }
}

// What `kinfuse call` gets of one sample, in an order that does not depend on which file was ready first.
def oneSample(units) {
    def ordered = units.toList().sort { a, b -> a[0].lane <=> b[0].lane }
    def meta = ordered[0][0]
    def rna = ordered.findAll { unit -> unit[0].kind == 'rna' }
    def dna = ordered.findAll { unit -> unit[0].kind == 'dna' }
    return [
        [id: meta.id, kinds: meta.kinds, normal: meta.normal, simulated: meta.simulated],
        rna.collect { unit -> unit[1] },
        rna.collect { unit -> unit[2] },
        dna.collect { unit -> unit[1] },
        dna.collect { unit -> unit[2] },
    ]
}

// The table of what is to be simulated: id, events (a table beside it, or none), assay, files (bam or fastq), options.
def readSimulations(String path) {
    def table = file(path)
    def lines = table.readLines()
    def header = cells(lines[0], ',')
    def faults = []
    def rows = []
    if (header != ['id', 'events', 'assay', 'files', 'options']) {
        return [[], ["${table.name}: the columns must be id,events,assay,files,options"]]
    }
    lines.eachWithIndex { line, index ->
        if (index == 0 || !line.trim()) {
            return
        }
        def row = [header, cells(line, ',')].transpose().collectEntries()
        def events = row.events ? table.toAbsolutePath().parent.resolve(row.events).normalize() : []
        if (!(row.id ==~ /[A-Za-z0-9_-]+/)) {
            faults << "${table.name}, line ${index + 1}: id `${row.id}`: letters, digits, _ and -"
        }
        if (!(row.files in ['bam', 'fastq'])) {
            faults << "${table.name}, line ${index + 1}: files `${row.files}` is neither bam nor fastq"
        }
        if (events && !events.exists()) {
            faults << "${table.name}, line ${index + 1}: no such file: ${events}"
        }
        def options = [row.files == 'bam' ? '--bam --no-fastq' : '--split-samples', row.options ?: ''].join(' ').trim()
        rows << [[id: row.id, assay: row.assay, files: row.files, options: options], events, row.assay]
    }
    return [rows, faults]
}

/*
 * Programs that are not on the PATH: a run that finds that at its last step has cost hours. Only tasks of this machine's own programs can be
 * checked: where containers, conda, modules, a script or another executor bring them, nothing is known.
 */
def programFaults(List samples, List simulations, Map p) {
    def config = workflow.session.config
    def settings = config.process.collectMany { name, value -> value instanceof Map ? value.keySet().toList() : [name] }
    def executor = config.process.executor ?: System.getenv('NXF_EXECUTOR') ?: 'local'
    def elsewhere = workflow.containerEngine || config.conda?.enabled || config.spack?.enabled || config.wave?.enabled || config.env?.PATH
    if (executor != 'local' || elsewhere || settings.any { name -> name in ['module', 'beforeScript'] }) {
        return []
    }
    def units = samples.collectMany { sample -> sample.units }
    def programs = ['kinfuse']
    if (units.any { unit -> !unit.index } || (p.fasta && !indicesOf(p.fasta)) || simulations.any { row -> row[0].files == 'fastq' }) {
        programs << 'samtools'
    }
    ['rna', 'dna'].each { kind ->
        if (units.any { unit -> unit.fastq && unit.kind == kind } || simulations.any { row -> row[0].files == 'fastq' && row[2].startsWith('rna') == (kind == 'rna') }) {
            programs << [star: 'STAR', bwa: 'bwa', bwamem2: 'bwa-mem2', minimap2: 'minimap2'][p["${kind}_aligner".toString()].toString()]
        }
    }
    if (!p.skip_multiqc) {
        programs << 'multiqc'
    }
    def folders = System.getenv('PATH').tokenize(':')
    return programs
        .unique()
        .findAll { program -> !folders.any { folder -> new File(folder, program).canExecute() } }
        .collect { program -> "${program}: not on the PATH${program == 'multiqc' ? '; without its page: --skip_multiqc' : ''}" }
}

// The index of a FASTA that lies beside it, with that of its blocks where it is packed; or null.
def indicesOf(path) {
    def indices = (path.toString().endsWith('.gz') ? ['fai', 'gzi'] : ['fai']).collect { ending -> file("${path}.${ending}") }
    return indices.every { index -> index.exists() } ? indices : null
}

def usage() {
    def schema = new groovy.json.JsonSlurper().parseText(file("${projectDir}/nextflow_schema.json").text)
    def text = ["kinfuse pipeline ${workflow.manifest.version}: ${workflow.manifest.description}", '']
    text << '  nextflow run workflow --input samples.csv --fasta genome.fa --gtf genes.gtf.gz --outdir results -profile standard'
    schema['$defs'].values().each { part ->
        text << ''
        text << part.title
        part.properties.each { name, rule ->
            def choice = rule['enum'] ? " [${rule['enum'].join(', ')}]" : ''
            def preset = rule.default != null && rule.default != false ? " (${rule.default})" : ''
            text << "  --${name.padRight(20)} ${rule.description}${choice}${preset}"
        }
    }
    return text.join('\n')
}

workflow PIPELINE_INITIALISATION {
    main:
    if (params.help) {
        log.info(usage())
        System.exit(0)
    }
    if (params.version) {
        log.info("kinfuse pipeline ${workflow.manifest.version}")
        System.exit(0)
    }

    def samples = []
    def lost = []
    def simulations = []
    def faults = parameterFaults(params)
    if (!faults) {
        faults = combinationFaults(params)
    }
    if (!faults && params.input) {
        (samples, lost, faults) = readSheet(params.input, params)
    }
    if (!faults && params.simulate) {
        (simulations, faults) = readSimulations(params.simulate)
    }
    if (!faults) {
        faults = programFaults(samples, simulations, params)
    }
    if (faults) {
        error((faults + ["Nothing was run: ${faults.size()} ${faults.size() == 1 ? 'fault' : 'faults'}"]).join('\n'))
    }

    def lost_names = lost.collect { row -> row[0] }
    def runnable = samples.findAll { sample -> !(sample.name in lost_names) }
    def described = samples.any { sample -> sample.about.any { name, _value -> name in ['run', 'role', 'expected'] } }
    def about = samples.collect { sample -> ([sample.name] + ['run', 'role', 'expected'].collect { name -> sample.about[name] ?: '.' }).join('\t') }
    ch_sheet = described
        ? Channel.value(writtenOnce('runs.tsv', (['sample\trun\trole\texpected'] + about.sort()).join('\n') + '\n'))
        : Channel.value([])
    if (samples.size() + simulations.size() > 1 && !params.run && !samples.any { sample -> sample.about.run } && !params.cohort_args?.toString()?.contains('--run')) {
        log.info('kinfuse: no run is known, so no leaks between samples are looked for: name runs in the sheet (column run), or one by --run')
    }
    ch_names = Channel.value(samples.collect { sample -> [sample.name, kindsOf(sample.units)] })
    ch_units = Channel.fromList(runnable.collectMany { sample -> unitsOf(sample) })
    ch_simulations = Channel.fromList(simulations)
    ch_problems = Channel.fromList(lost)

    emit:
    units         = ch_units
    to_simulate   = ch_simulations
    cohort_sheet  = ch_sheet
    problems      = ch_problems
    names         = ch_names // value channel: [ [ sample, kinds ] ] of the sheet
}

/*
 * What the metrics of a sample say: [ outcome, reason, assay, doubts ]. A doubt is a file whose reads are not of the kind that its column
 * says: kinfuse goes by the reads, so swapped columns change no call, but one who swapped them may have swapped samples too.
 */
def judged(metrics, Map names) {
    def rows = metrics.readLines().collect { line -> line.split('\t', -1) as List }.findAll { cells -> cells.size() > 4 }
    def status = rows.find { cells -> cells[1] == 'status' }
    def assays = []
    def doubts = []
    rows.findAll { cells -> cells[1] ==~ /file(\.\d+)?/ }.each { library ->
        def assay = rows.find { cells -> cells[1] == library[1].replace('file', 'assay') }
        // Without reads the kind is a guess.
        if (!assay || assay[4].contains('is assumed')) {
            return
        }
        assays << assay[2]
        def kind = assay[2].startsWith('rna') ? 'rna' : 'dna'
        library[2].tokenize(',').each { name ->
            def columns = names.findAll { _column, files -> name in files }.keySet()
            if (columns && !(kind in columns)) {
                doubts << "${name} is in column ${columns[0]}, but its reads are ${kind.toUpperCase()}".toString()
            }
        }
    }
    return [status ? status[2] : 'called', status ? status[4] : '.', assays.join('+') ?: '.', doubts]
}

// The tasks of this run, of which the trace tells: name of the process, sample, status, folder.
def tasksOfRun() {
    def trace = file("${params.outdir}/pipeline_info/execution_trace_${params.trace_report_suffix}.txt")
    def rows = trace.exists() ? trace.readLines().collect { line -> line.tokenize('\t') } : []
    return rows.drop(1).collect { row ->
        def of = [rows[0], row].transpose().collectEntries()
        [
            process: of.name.replaceAll(/ \(.*/, '').tokenize(':')[-1],
            sample: of.name.contains('(') ? of.name.replaceAll(/.*\((.*)\)$/, '$1') : '',
            status: of.status,
            hash: of.hash,
        ]
    }
}

// Files of this name in the folder of a task; the trace has the first letters of the folder's name.
def filesOf(Map task, String name) {
    def folders = file("${workflow.workDir}/${task.hash}*", type: 'dir')
    return (folders instanceof List ? folders : [folders]).collect { folder -> folder.resolve(name) }.findAll { one -> one.exists() }
}

// The last line that a failed task wrote to its standard error.
def lastWords(Map task) {
    def words = task ? filesOf(task, '.command.err').collectMany { errors -> errors.readLines().findAll { line -> line.trim() } } : []
    return words ? ": ${words[-1].trim()}" : ''
}

// A run that was stopped: what is known of each sample by the tasks that ended.
def outcomesOfStopped(List names, List tasks) {
    def calls = tasks.findAll { task -> task.process in ['KINFUSE_CALL', 'KINFUSE_CALL_NORMAL'] }
    def simulated = (calls*.sample - names.collect { name, _kinds -> name }).unique().collect { name -> [name, '.'] }
    return (names + simulated).collect { name, kinds ->
        def done = calls.find { task -> task.sample == name && task.status in ['COMPLETED', 'CACHED'] }
        def metrics = done ? filesOf(done, "${name}.metrics.tsv") : []
        if (metrics) {
            return [name, kinds] + judged(metrics[0], [:])
        }
        def failed = tasks.reverse().find { task -> task.sample == name && task.status == 'FAILED' }
        return [name, kinds, 'not called', failed ? "${failed.process} failed${lastWords(failed)}" : 'the run was stopped before', '.', []]
    }
}

// What became of the samples, as a table and in words; of a stopped run too, and whether --ignore_failed would have helped.
def saySummary(names, outcomes) {
    def tasks = tasksOfRun()
    def rows = workflow.success
        ? outcomes.val.collect { sample, kinds, outcome, reason, assay, doubts ->
            def failed = outcome == 'not called' ? tasks.reverse().find { task -> task.sample == sample && task.status in ['FAILED', 'ABORTED'] } : null
            [sample, kinds, outcome, reason + lastWords(failed), assay, doubts]
        }
        : outcomesOfStopped(names.val, tasks)
    rows = rows.sort { row -> row[0] }
    def table = file("${params.outdir}/pipeline_info/samples.tsv")
    table.parent.mkdirs()
    table.text = ([['sample', 'files', 'outcome', 'reason', 'assay']] + rows.collect { sample, kinds, outcome, reason, assay, doubts ->
        [sample, kinds, outcome, ((reason == '.' ? [] : [reason]) + doubts).join('; ') ?: '.', assay]
    }).collect { row -> row.join('\t') + '\n' }.join('')
    def counts = rows.countBy { row -> row[2] }
    def text = counts.keySet().sort().collect { outcome -> "${counts[outcome]} ${outcome}" }.join(', ')
    def all = "${rows.size()} ${rows.size() == 1 ? 'sample' : 'samples'}: ${text}"
    if (workflow.success) {
        log.info("kinfuse: ${all}. Results: ${params.outdir}")
    }
    else {
        def failed = tasks.find { task -> task.status == 'FAILED' && !tasks.any { other -> other.process == task.process && other.sample == task.sample && other.status == 'COMPLETED' } }
        def of_sample = failed && failed.process ==~ /KINFUSE_CALL(_NORMAL)?|STAR_ALIGN|BWA_MEM|BWAMEM2_MEM|MINIMAP2_(RNA|DNA)|SAMTOOLS_INDEX/
        log.info("kinfuse: stopped by a failure${failed ? " of ${failed.process}" : ''}, see above; ${all} (${table}). -resume goes on from there" +
            (of_sample && !params.ignore_failed ? '; with --ignore_failed a bad sample stops only itself' : ''))
    }
    rows.findAll { row -> row[2] in ['failed', 'not called'] && workflow.success }.each { row ->
        log.warn("${row[0]}: ${row[2]}: ${row[3]}")
    }
    rows.each { row -> row[5].each { doubt -> log.warn("${row[0]}: ${doubt}") } }
}

workflow PIPELINE_COMPLETION {
    take:
    ch_names    // value channel: [ [ sample, files ] ] of the sheet
    ch_outcomes // channel: [ sample, files, outcome, reason, assay, doubts ]

    main:
    ch_rows = ch_outcomes.toList()
    workflow.onComplete {
        saySummary(ch_names, ch_rows)
    }
}
