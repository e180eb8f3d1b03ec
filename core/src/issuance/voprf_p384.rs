//! Token type 0x0001, VOPRF (P-384, SHA-384): RFC 9578 section 5.

use crate::crypto::voprf::{self, ELEMENT_BYTES, OUTPUT_BYTES, PROOF_BYTES};
use crate::error::{ErrorKind, Result};
use crate::provider::Rng;
use crate::wire::{AUTHENTICATOR_INPUT_BYTES, Reader, TokenRef, TokenResponse, Writer};

use super::{CHUNK, UNANSWERED};

/// What the client remembers: the blind, and the element it sent, which the proof covers.
pub(crate) struct Blinding {
    blind: voprf::Blind,
    blinded: [u8; ELEMENT_BYTES],
}

impl Blinding {
    pub(super) fn new(input: &[u8; AUTHENTICATOR_INPUT_BYTES], rng: &mut dyn Rng) -> Result<Self> {
        let mut blinded = [0; ELEMENT_BYTES];
        let blind = voprf::blind(input, rng, &mut blinded)?;
        Ok(Self { blind, blinded })
    }

    pub(super) fn with_scalar(
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        scalar: &[u8; voprf::SCALAR_BYTES],
    ) -> Result<Self> {
        let mut blinded = [0; ELEMENT_BYTES];
        let blind = voprf::hazmat::blind_with_scalar(input, scalar, &mut blinded)?;
        Ok(Self { blind, blinded })
    }

    /// The `blinded_msg` of the request.
    pub(super) const fn blinded(&self) -> &[u8; ELEMENT_BYTES] {
        &self.blinded
    }

    /// Finalizes the token (RFC 9578 section 5.3).
    pub(super) fn finish(
        self,
        key: &voprf::PublicKey,
        input: &[u8; AUTHENTICATOR_INPUT_BYTES],
        response: &[u8],
    ) -> Result<[u8; OUTPUT_BYTES]> {
        let (evaluated, proof) = split_response(response)?;
        voprf::finalize_one(key, input, &self.blind, &self.blinded, evaluated, proof)
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.put(&self.blind.to_bytes()[..]);
        writer.put(&self.blinded);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self { blind: voprf::Blind::from_bytes(reader.bytes(voprf::SCALAR_BYTES)?)?, blinded: *reader.array()? })
    }
}

/// `struct { uint8_t evaluate_msg[Ne]; uint8_t evaluate_proof[Ns+Ns]; } TokenResponse;`
fn split_response(response: &[u8]) -> Result<(&[u8; ELEMENT_BYTES], &[u8; PROOF_BYTES])> {
    let mut reader = Reader::new(response);
    let parts = (reader.array()?, reader.array()?);
    reader.finish()?;
    Ok(parts)
}

/// Answers up to [`CHUNK`] blinded elements, each with a proof of its own and a result of its own.
pub(super) fn issue(
    key: &voprf::PrivateKey,
    rng: &mut dyn Rng,
    blinded: &[&[u8]],
    results: &mut [Result<TokenResponse>],
) {
    let mut elements = [[0; ELEMENT_BYTES]; CHUNK];
    let mut evaluated = [[0; ELEMENT_BYTES]; CHUNK];
    let mut proofs = [[0; PROOF_BYTES]; CHUNK];
    let mut verdicts = [Err(UNANSWERED); CHUNK];
    for (element, bytes) in elements.iter_mut().zip(blinded) {
        // A wrong length leaves zeros, which are no point: that item alone fails.
        if let Ok(bytes) = <&[u8; ELEMENT_BYTES]>::try_from(*bytes) {
            *element = *bytes;
        }
    }
    // More than a chunk would leave none of `elements`, and no token would be made.
    let count = blinded.len();
    let elements = elements.get(..count).unwrap_or_default();
    let evaluated = evaluated.get_mut(..count).unwrap_or_default();
    let proofs = proofs.get_mut(..count).unwrap_or_default();
    let verdicts = verdicts.get_mut(..count).unwrap_or_default();
    if let Err(error) = key.blind_evaluate_each(rng, elements, evaluated, proofs, verdicts) {
        return results.fill(Err(error));
    }
    for (((result, verdict), evaluated), proof) in results.iter_mut().zip(verdicts).zip(evaluated).zip(proofs) {
        *result = verdict.and_then(|()| TokenResponse::new(&[evaluated, proof]));
    }
}

/// Verifies up to [`CHUNK`] tokens with the private key (RFC 9578 section 5.4).
pub(super) fn verify(key: &voprf::PrivateKey, tokens: &[TokenRef<'_>], results: &mut [Result<()>]) {
    let mut inputs = [&[][..]; CHUNK];
    let mut outputs = [[0; OUTPUT_BYTES]; CHUNK];
    for ((input, output), token) in inputs.iter_mut().zip(&mut outputs).zip(tokens) {
        *input = token.authenticator_input();
        // Parsing has fixed the length by the type.
        if let Ok(authenticator) = <&[u8; OUTPUT_BYTES]>::try_from(token.authenticator()) {
            *output = *authenticator;
        }
    }
    // More than a chunk would leave none of either, which the check of their lengths refuses.
    let inputs = inputs.get(..tokens.len()).unwrap_or_default();
    let outputs = outputs.get(..tokens.len()).unwrap_or_default();
    if let Err(error) = key.verify_slice(inputs, outputs, results) {
        results.fill(Err(error));
    }
}

/// Checks the answer of an external signer: the proof must hold for the blinded element that was sent.
pub(super) fn check_evaluated(key: &voprf::PublicKey, blinded: &[u8], response: &[u8]) -> Result<()> {
    let blinded = blinded.try_into().map_err(|_| ErrorKind::Misuse)?;
    let (evaluated, proof) = split_response(response).map_err(|_| ErrorKind::Signer)?;
    voprf::verify_proof(key, &[blinded], &[*evaluated], proof).map_err(|_| ErrorKind::Signer.into())
}
