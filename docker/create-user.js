// Runs once, in an empty database: the bot gets a user of its own that may use its database only.
db.getSiblingDB("nunchi").createUser({
  user: "nunchi",
  pwd: process.env.MONGO_PASSWORD,
  roles: [{ role: "readWrite", db: "nunchi" }],
});
