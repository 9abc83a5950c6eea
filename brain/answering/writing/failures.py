"""What a language model's error says to those who look after it, and whether others may ask meanwhile."""

from brain.errors import CitewiseError, ModelBusy, ModelUnavailable, PromptRefused
from brain.http_status import http_status

_NO_KEY = (401, 403)
_NOT_THIS_PROMPT = (400, 413, 422)  # vLLM, llama.cpp and OpenAI say 400 where a prompt is too long
_TOO_MANY = 429


def failure(error: Exception) -> ModelUnavailable:
    """Whatever a provider raised, as a ModelUnavailable with a sentence."""
    if isinstance(error, ModelBusy):
        return error
    if isinstance(error, CitewiseError):
        return ModelUnavailable(error.sentence, detail=error.detail)
    status, detail = http_status(error), f"({type(error).__name__}: {error})"
    if status in _NO_KEY:
        return ModelUnavailable("The model's server refuses the key.", detail=detail)
    if status == 404:
        return ModelUnavailable("The model's server has no such model or path.", detail=detail)
    if status in _NOT_THIS_PROMPT:
        sentence = f"The model's server does not take this prompt (HTTP status {status}): it may be too long."
        return PromptRefused(sentence, detail=detail)
    if status == _TOO_MANY:
        sentence = "The model's server takes no more for now, or the quota is used up."
        return ModelBusy(sentence, detail=detail)
    if status is not None:
        return ModelUnavailable(f"The model's server answers with HTTP status {status}.", detail=detail)
    return ModelUnavailable("The language model does not answer.", detail=detail)
