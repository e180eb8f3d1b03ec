/* The version macros, the version functions and pkg-config tell one version. */
#include "test.h"

int main(void) {
    const char *package = getenv("TEST_PACKAGE_VERSION"); /* pkg-config --modversion privacypass */
    char text[64];

    test_step("the macros agree");
    CHECK_SIZE(PP_VERSION_MAJOR * 1000000 + PP_VERSION_MINOR * 1000 + PP_VERSION_PATCH, PP_VERSION);
    sprintf(text, "%lu.%lu.%lu", (unsigned long)PP_VERSION_MAJOR, (unsigned long)PP_VERSION_MINOR,
            (unsigned long)PP_VERSION_PATCH);
    /* A pre-release adds a suffix that no number shows. */
    CHECK(strncmp(PP_VERSION_STRING, text, strlen(text)) == 0);
    CHECK(PP_VERSION_STRING[strlen(text)] == '\0' || PP_VERSION_STRING[strlen(text)] == '-');

    test_step("the library is the one of this header");
    CHECK_SIZE(PP_VERSION, pp_version());
    CHECK(strcmp(PP_VERSION_STRING, pp_version_string()) == 0);

    test_step("so is the package");
    CHECK(package != NULL);
    CHECK(package != NULL && strcmp(PP_VERSION_STRING, package) == 0);
    return test_end();
}
