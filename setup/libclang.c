/* Does the libclang that the first argument names serve the build? It is loaded, and reads this very file with the other arguments,
 * as bindgen will load it and read the headers of htslib. Exit code 0 where it serves. Being found by name proves nothing: a
 * libclang may lack its own headers (stddef.h), and libclang-cpp is another library. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef void *(*create_index)(int, int);
typedef void *(*parse)(void *, const char *, const char *const *, int, void *, unsigned, unsigned);
typedef unsigned (*count)(void *);
typedef void *(*get)(void *, unsigned);
typedef int (*severity)(void *);

int main(int arguments, char **argument) {
  void *library = arguments > 2 ? dlopen(argument[1], RTLD_LAZY) : NULL;
  /* bindgen asks for clang 9 or newer, which brought this function. */
  if (library == NULL || dlsym(library, "clang_Cursor_isAnonymousRecordDecl") == NULL) return 1;
  void *index = ((create_index)dlsym(library, "clang_createIndex"))(0, 0);
  void *unit = ((parse)dlsym(library, "clang_parseTranslationUnit"))(
      index, argument[2], (const char *const *)argument + 3, arguments - 3, NULL, 0, 0);
  if (unit == NULL) return 1;
  unsigned messages = ((count)dlsym(library, "clang_getNumDiagnostics"))(unit);
  for (unsigned i = 0; i < messages; i++) {
    void *message = ((get)dlsym(library, "clang_getDiagnostic"))(unit, i);
    if (((severity)dlsym(library, "clang_getDiagnosticSeverity"))(message) >= 3) return 1; /* an error, or worse */
  }
  return 0;
}
