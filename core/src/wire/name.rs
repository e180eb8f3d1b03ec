//! Issuer and origin names: `host[:port]`, as RFC 9577 section 2.1.1 has them.

/// Whether two names mean the same server: letters compare without case, and port 443 is implied.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    without_default_port(a).eq_ignore_ascii_case(without_default_port(b))
}

fn without_default_port(name: &str) -> &str {
    // What is left has no port of its own: another colon only stands inside of the brackets of an IPv6 address.
    let is_host = |host: &&str| host.ends_with(']') || !host.contains(':');
    name.strip_suffix(":443").filter(is_host).unwrap_or(name)
}

/// Whether `name` is accepted in a received challenge: not empty, visible ASCII, no comma (which separates names).
pub(super) fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic() && *byte != b',')
}

/// Whether `name` may be written into a challenge: a name that holds nothing of the other parts of a URL (a path, a query,
/// userinfo). Such a name matches no server; received ones are left to the comparison.
pub(super) fn is_host(name: &[u8]) -> bool {
    is_name(name) && !name.iter().any(|byte| b"/?#@\\\"<>".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_the_default_port_do_not_matter() {
        assert!(same_name("Origin.Example", "origin.example:443"));
        assert!(same_name("[2001:db8::1]:443", "[2001:DB8::1]"));
        assert!(!same_name("origin.example:8443", "origin.example"));
        assert!(!same_name("a.origin.example", "origin.example"));
        assert!(!same_name("origin.example:8443:443", "origin.example:8443"));
        assert!(!same_name("2001:db8::443", "2001:db8:"));
    }
}
