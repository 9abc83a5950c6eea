"""What Slack's methods take, and why they refuse (docs.slack.dev/reference/methods/ and the method's name).

Slack passes over an argument that a method does not have, so that nobody would notice what is asked for in
vain. Of its errors those are listed that a test lets happen.
"""

from slack_texts import Json

_MESSAGE = "text blocks attachments markdown_text thread_ts parse link_names username icon_emoji icon_url"
_STREAM = "markdown_text chunks"
_PAGES = "cursor limit"
_TIMES = "oldest latest inclusive"

# Of each method: what it must be given, and what it may be.
ARGUMENTS = {
    "apps.connections.open": ("", ""),
    "assistant.threads.setStatus": (
        "channel_id thread_ts status",
        "loading_messages username icon_emoji icon_url",
    ),
    "assistant.threads.setSuggestedPrompts": ("channel_id prompts", "thread_ts title"),
    "auth.test": ("", ""),
    "chat.appendStream": ("channel ts", _STREAM),
    "chat.delete": ("channel ts", ""),
    "chat.getPermalink": ("channel message_ts", ""),
    "chat.postEphemeral": ("channel user", _MESSAGE),
    "chat.postMessage": (
        "channel",
        f"{_MESSAGE} metadata mrkdwn reply_broadcast unfurl_links unfurl_media",
    ),
    "chat.startStream": (
        "channel thread_ts",
        f"{_STREAM} recipient_user_id recipient_team_id task_display_mode username icon_emoji icon_url",
    ),
    "chat.stopStream": ("channel ts", f"{_STREAM} blocks metadata session_status"),
    "chat.update": (
        "channel ts",
        "text blocks attachments markdown_text parse link_names metadata file_ids reply_broadcast",
    ),
    "conversations.history": ("channel", f"{_PAGES} {_TIMES} include_all_metadata"),
    "conversations.info": ("channel", "include_locale include_num_members"),
    "conversations.open": ("", "channel users return_im prevent_creation"),
    "conversations.replies": ("channel ts", f"{_PAGES} {_TIMES} include_all_metadata"),
    "files.info": ("file", "cursor limit count page"),
    "usergroups.list": ("", "include_count include_disabled include_users team_id"),
    "usergroups.users.list": ("usergroup", "include_disabled team_id"),
    "views.open": ("view", "trigger_id interactivity_pointer"),
    "views.publish": ("user_id view", "hash"),
}
# What is posted to a response address (docs.slack.dev: handling user interaction).
RESPONSE = "text blocks attachments response_type replace_original delete_original thread_ts metadata"
USES_OF_AN_ADDRESS = 5  # within half an hour

_ANYWHERE = frozenset(
    "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope no_permission "
    "not_allowed_token_type ratelimited internal_error fatal_error service_unavailable request_timeout "
    "org_login_required team_added_to_org ekm_access_denied invalid_arguments".split()
)
_WRITING = (
    "channel_not_found not_in_channel is_archived invalid_blocks msg_blocks_too_long no_text "
    "messages_tab_disabled restricted_action restricted_action_read_only_channel "
    "restricted_action_thread_only_channel restricted_action_non_threadable_channel "
    "restricted_action_thread_locked"
)
_STREAMING = f"{_WRITING} rate_limited channel_type_not_supported messaging_processing_failed"
_ERRORS = {
    "chat.appendStream": f"{_STREAMING} message_not_found message_not_in_streaming_state stopped_by_user",
    "chat.delete": "channel_not_found message_not_found cant_delete_message",
    "chat.getPermalink": "channel_not_found message_not_found",
    "chat.postEphemeral": f"{_WRITING} user_not_in_channel cannot_reply_to_message",
    "chat.postMessage": f"{_WRITING} rate_limited msg_too_long",
    "chat.startStream": f"{_STREAMING} missing_recipient_user_id missing_recipient_team_id",
    "chat.stopStream": f"{_WRITING} rate_limited message_not_found message_not_in_streaming_state",
    "chat.update": "channel_not_found message_not_found cant_update_message edit_window_closed is_inactive "
    "invalid_blocks msg_too_long msg_blocks_too_long no_text streaming_state_conflict update_failed "
    "external_channel_migrating block_mismatch",
    "conversations.history": "channel_not_found not_in_channel invalid_cursor",
    "conversations.info": "channel_not_found",
    "conversations.open": "channel_not_found user_not_found user_not_visible user_disabled not_enough_users "
    "too_many_users users_list_not_supplied invalid_user_combination",
    "conversations.replies": "channel_not_found not_in_channel thread_not_found invalid_cursor",
    "files.info": "file_not_found file_deleted",
    "usergroups.users.list": "no_such_subteam",
    "views.open": "expired_trigger_id exchanged_trigger_id view_too_large",
    "views.publish": "view_too_large hash_conflict not_enabled",
}
_ERRORS["assistant.threads.setStatus"] = "channel_not_found invalid_thread_ts"
_ERRORS["assistant.threads.setSuggestedPrompts"] = "channel_not_found invalid_thread_ts message_not_found"


def lacking(method: str, given: Json) -> list[str]:
    """What a method must be given and was not."""
    may_be_empty = ("status",)
    must = ARGUMENTS[method][0].split()
    return [name for name in must if not given.get(name) and not (name in given and name in may_be_empty)]


def unknown(taken: str, given: Json) -> list[str]:
    """What was given in vain."""
    return sorted(set(given) - set(taken.split()))


def refuses(method: str, code: str) -> bool:
    """Whether a method is documented to refuse with this code."""
    return code in _ANYWHERE or code in _ERRORS.get(method, "").split()
