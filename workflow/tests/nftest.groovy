/*
 * Runs the tests of the modules (main.nf.test) where nf-test itself cannot be had: the part of its language that they use, with
 * snapshots in its format. From the folder workflow/:
 *
 *   java -cp 'LIB/*' groovy.ui.GroovyMain tests/nftest.groovy NEXTFLOW WORKDIR [--update-snapshot] FILE.nf.test...
 *
 * LIB has the jars of Nextflow, Groovy among them. It ends with 1 where a test failed.
 */
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import java.nio.file.Path
import java.nio.file.Paths
import java.security.MessageDigest
import java.util.zip.GZIPInputStream

class Setup {
    List runs = []
    void run(Map options = [:], String name, Closure body) {
        def one = new Expando(name: name)
        body.delegate = new RunBody(one: one)
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        runs << one
    }
}

class RunBody {
    Expando one
    void script(String path) { one.script = path }
    void process(Closure body) { one.mapping = body() }
}

class When {
    String mapping = ''
    void process(Closure body) { mapping = body() }
    void params(Closure body) { }
}

class One {
    String name
    String options = ''
    Closure whenBody
    Closure thenBody
    Closure setupBody
    void options(String text) { options = text }
    void when(Closure body) { whenBody = body }
    void then(Closure body) { thenBody = body }
    void setup(Closure body) { setupBody = body }
    void tag(String text) { }
}

class Suite {
    String script, process, config
    Closure setupBody
    List tests = []
    void name(String text) { }
    void tag(String text) { }
    void script(String path) { script = path }
    void process(String name) { process = name }
    void config(String path) { config = path }
    void setup(Closure body) { setupBody = body }
    void test(String name, Closure body) {
        def one = new One(name: name)
        body.delegate = one
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        tests << one
    }
}

// What a snapshot shows of a file: its name and the digest of what is in it.
class Digest {
    static String of(File file) {
        def md5 = MessageDigest.getInstance('MD5')
        def stream = file.name.endsWith('.gz') ? new GZIPInputStream(file.newInputStream()) : file.newInputStream()
        stream.withCloseable { it.eachByte(65536) { bytes, count -> md5.update(bytes, 0, count) } }
        return "${file.name}:md5,${md5.digest().encodeHex()}"
    }
    static Object plain(Object value) {
        if (value instanceof Map) { return new TreeMap(value.collectEntries { k, v -> [(k.toString()): plain(v)] }) }
        if (value instanceof Collection) { return value.collect { plain(it) } }
        if (value instanceof CharSequence && value.toString().startsWith('/')) {
            def file = new File(value.toString())
            if (file.isFile()) { return of(file) }
            if (file.isDirectory()) { return file.listFiles().sort { it.name }.collect { plain(it.path) } }
        }
        return value instanceof CharSequence || value instanceof File || value instanceof Path ? value.toString() : value
    }
}

def arguments = args as List
def update = arguments.remove('--update-snapshot')
def nextflow = arguments[0]
def work = new File(arguments[1]).absoluteFile
def base = new File('.').canonicalFile
def passed = 0, failed = 0, number = 0

arguments.drop(2).each { testFile ->
    def folder = new File(testFile).canonicalFile.parentFile
    def suite = new Suite()
    def binding = new Binding(projectDir: base.path, baseDir: base.path, moduleTestDir: folder.path, moduleDir: folder.parent)
    binding.setVariable('nextflow_process', { Closure body ->
        body.delegate = suite
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    })
    def assertions = [
        assertAll: { Closure... all -> all.each { it() } },
        path: { Object name -> Paths.get(name.toString()) },
        file: { Object name -> new File(name.toString()) },
    ]
    assertions.each { name, body -> binding.setVariable(name, body) }
    new GroovyShell(this.class.classLoader, binding).evaluate(new File(testFile))

    def snapshots = new File(folder, 'main.nf.test.snap')
    def kept = snapshots.exists() ? new JsonSlurper().parse(snapshots) : [:]
    def written = new TreeMap(kept)

    suite.tests.each { one ->
        number += 1
        def place = new File(work, "test${number}")
        place.deleteDir()
        new File(place, 'out').mkdirs()
        def setup = new Setup()
        [suite.setupBody, one.setupBody].findAll().each { body ->
            body.delegate = setup
            body.resolveStrategy = Closure.DELEGATE_FIRST
            body()
        }
        def when = new When()
        one.whenBody.delegate = when
        one.whenBody.resolveStrategy = Closure.DELEGATE_FIRST
        one.whenBody()

        def included = (setup.runs + [new Expando(name: suite.process, script: suite.script)])
            .collect { "include { ${it.name} } from '${new File(folder, it.script).canonicalPath}'" }
        def steps = (setup.runs + [new Expando(name: suite.process, mapping: when.mapping)])
            .collect { "    input = []\n${it.mapping}\n    ${it.name}(*input)\n" }
        new File(place, 'main.nf').text = """${included.join('\n')}

workflow {
${steps.join('\n')}
    ${suite.process}.out.getNames().each { name ->
        ${suite.process}.out."\${name}".toList().subscribe { rows ->
            def plain
            plain = { x -> x instanceof Map ? x.collectEntries { k, v -> [(k): plain(v)] } : x instanceof Collection ? x.collect { plain(it) } : x instanceof java.nio.file.Path ? x.toString() : x }
            new File("${place}/out/\${name}.json").text = groovy.json.JsonOutput.toJson(plain(rows))
        }
    }
}
"""
        def command = [nextflow, '-q', 'run', 'main.nf', '-c', "${base}/tests/nextflow.config"]
        if (suite.config) { command += ['-c', new File(folder, suite.config).canonicalPath] }
        if (one.options) { command += one.options.tokenize(' ') }
        def run = new ProcessBuilder(command*.toString()).directory(place).redirectErrorStream(true).redirectOutput(new File(place, 'log')).start()
        def code = run.waitFor()

        def out = new TreeMap()
        new File(place, 'out').listFiles().each { out[it.name - '.json'] = new JsonSlurper().parse(it) }
        binding.setVariable('process', [success: code == 0, out: out])
        binding.setVariable('snapshot', { Object... values ->
            [match: { ->
                def now = new JsonSlurper().parseText(JsonOutput.toJson(Digest.plain(values as List)))
                if (update || !kept[one.name]) {
                    written[one.name] = [content: now, timestamp: new Date().format("yyyy-MM-dd'T'HH:mm:ss"), meta: [nextflow: '24.10.0']]
                    return true
                }
                if (kept[one.name].content != now) {
                    println "    kept: ${JsonOutput.toJson(kept[one.name].content)}\n    now:  ${JsonOutput.toJson(now)}"
                    return false
                }
                return true
            }]
        })
        try {
            one.thenBody.delegate = binding.variables
            one.thenBody.resolveStrategy = Closure.DELEGATE_FIRST
            one.thenBody()
            passed += 1
            println "  PASSED ${suite.process}: ${one.name}"
        }
        catch (Throwable fault) {
            failed += 1
            println "  FAILED ${suite.process}: ${one.name}\n${fault.message?.readLines()?.take(6)?.join('\n')}\n${new File(place, 'log').readLines().takeRight(30).join('\n')}"
        }
    }
    if (written != kept) { snapshots.text = JsonOutput.prettyPrint(JsonOutput.toJson(written)) + '\n' }
}
println "modules: ${passed} passed, ${failed} failed"
System.exit(failed ? 1 : 0)
