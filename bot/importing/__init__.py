"""Reading exports of DiscordChatExporter into the store: ``nunchi import``."""
