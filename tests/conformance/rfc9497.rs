//! RFC 9497 appendix A.4.2 (P384-SHA384, VOPRF mode), byte for byte, and the batched proof of
//! draft-ietf-privacypass-batched-tokens, as far as it is the VOPRF's.

use privacypass_core::crypto::voprf::{self, Blind, ELEMENT_BYTES, OUTPUT_BYTES, PrivateKey, PublicKey, hazmat};
use privacypass_tests::{hex_field, vectors};
use serde_json::Value;

/// The fixed-size pieces of a comma-separated hex field.
fn pieces<const SIZE: usize>(value: &Value, field: &str) -> Vec<[u8; SIZE]> {
    let text = value[field].as_str().unwrap_or_else(|| panic!("no string field {field}"));
    text.split(',').map(|piece| hex::decode(piece).expect(field).try_into().expect(field)).collect()
}

/// The variable-size pieces of a comma-separated hex field.
fn inputs(value: &Value) -> Vec<Vec<u8>> {
    let text = value["Input"].as_str().expect("Input");
    text.split(',').map(|piece| hex::decode(piece).expect("Input")).collect()
}

fn p384_voprf() -> Value {
    let all = vectors("rfc9497/oprf.json");
    let groups = all["groups"].as_array().expect("groups");
    let mut matching = groups.iter().filter(|group| group["suite"] == "P384-SHA384" && group["mode"] == "VOPRF");
    matching.next().expect("the group of this suite").clone()
}

#[test]
fn derive_key_pair() {
    let group = p384_voprf();
    let key = PrivateKey::derive(&hex_field(&group, "Seed"), &hex_field(&group, "KeyInfo")).unwrap();
    assert_eq!(key.to_bytes()[..], hex_field(&group, "skSm"));
    assert_eq!(key.public().to_bytes()[..], hex_field(&group, "pkSm"));
    let read = PrivateKey::from_bytes(&hex_field(&group, "skSm")).unwrap();
    assert_eq!(read.public(), key.public());
    assert_eq!(PublicKey::from_bytes(&hex_field(&group, "pkSm")).unwrap(), *key.public());
}

#[test]
fn blind_evaluate_finalize() {
    let group = p384_voprf();
    let key = PrivateKey::from_bytes(&hex_field(&group, "skSm")).unwrap();
    let cases = group["vectors"].as_array().unwrap();
    assert_eq!(cases.iter().map(|case| case["batch"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 1, 2]);
    for case in cases {
        let inputs = inputs(case);
        let scalars = pieces::<48>(case, "Blind");
        let expected_blinded = pieces::<ELEMENT_BYTES>(case, "BlindedElement");
        let expected_evaluated = pieces::<ELEMENT_BYTES>(case, "EvaluationElement");
        let expected_outputs = pieces::<OUTPUT_BYTES>(case, "Output");
        assert_eq!(inputs.len(), usize::try_from(case["batch"].as_u64().unwrap()).unwrap());

        let mut blinded = vec![[0; ELEMENT_BYTES]; inputs.len()];
        let mut blinds = Vec::new();
        for ((input, scalar), out) in inputs.iter().zip(&scalars).zip(&mut blinded) {
            blinds.push(hazmat::blind_with_scalar(input, scalar, out).unwrap());
        }
        assert_eq!(blinded, expected_blinded);

        let r = pieces::<48>(case, "ProofRandomScalar")[0];
        let mut evaluated = vec![[0; ELEMENT_BYTES]; inputs.len()];
        let proof = hazmat::blind_evaluate_with_r(&key, &blinded, &mut evaluated, &r).unwrap();
        assert_eq!(evaluated, expected_evaluated);
        assert_eq!(proof[..], hex_field(case, "Proof"));

        voprf::verify_proof(key.public(), &blinded, &evaluated, &proof).unwrap();
        let mut outputs = vec![[0; OUTPUT_BYTES]; inputs.len()];
        voprf::finalize(key.public(), &inputs, &blinds, &blinded, &evaluated, &proof, &mut outputs).unwrap();
        assert_eq!(outputs, expected_outputs);
        for (input, output) in inputs.iter().zip(&expected_outputs) {
            assert_eq!(key.evaluate(input).unwrap(), *output);
        }
    }
}

/// The draft's responses are evaluated elements, then one proof, after a QUIC varint of two bytes that counts the
/// elements' bytes; its tokens end in the outputs for the bytes before them.
#[test]
fn one_proof_for_a_batch_of_tokens() {
    let all = vectors("batched/amortized_p384.json");
    let cases = all.as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let key = PrivateKey::from_bytes(&hex_field(case, "sk_s")).unwrap();
        assert_eq!(key.public().to_bytes()[..], hex_field(case, "pk_s"));
        let list = |field: &str| -> Vec<Vec<u8>> {
            case[field].as_array().unwrap().iter().map(|v| hex::decode(v.as_str().unwrap()).unwrap()).collect()
        };
        let tokens = list("tokens");
        let (inputs, outputs): (Vec<_>, Vec<_>) = tokens.iter().map(|token| token.split_at(98)).unzip();
        let blinds: Vec<_> = list("blinds").iter().map(|blind| Blind::from_bytes(blind).unwrap()).collect();
        let elements = |bytes: &[u8]| -> Vec<[u8; ELEMENT_BYTES]> {
            let (length, rest) = bytes.split_first_chunk::<2>().unwrap();
            assert_eq!(usize::from(u16::from_be_bytes(*length) & 0x3fff), tokens.len() * ELEMENT_BYTES);
            rest[..tokens.len() * ELEMENT_BYTES].chunks(ELEMENT_BYTES).map(|c| c.try_into().unwrap()).collect()
        };
        let request = hex_field(case, "token_request");
        let response = hex_field(case, "token_response");
        let blinded = elements(&request[3..]);
        let evaluated = elements(&response);
        let proof = response.last_chunk().unwrap();

        for ((input, blind), expected) in inputs.iter().zip(&blinds).zip(&blinded) {
            let mut out = [0; ELEMENT_BYTES];
            hazmat::blind_with_scalar(input, &blind.to_bytes(), &mut out).unwrap();
            assert_eq!(out, *expected);
        }
        let mut ours = vec![[0; ELEMENT_BYTES]; blinded.len()];
        hazmat::blind_evaluate_with_r(&key, &blinded, &mut ours, &[1; 48]).unwrap();
        assert_eq!(ours, evaluated);
        voprf::verify_proof(key.public(), &blinded, &evaluated, proof).unwrap();
        let mut computed = vec![[0; OUTPUT_BYTES]; blinded.len()];
        voprf::finalize(key.public(), &inputs, &blinds, &blinded, &evaluated, proof, &mut computed).unwrap();
        assert_eq!(computed.iter().map(|output| &output[..]).collect::<Vec<_>>(), outputs);
    }
}
