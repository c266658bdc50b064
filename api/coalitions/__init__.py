"""NGOs acting together: members, addressees, look."""
