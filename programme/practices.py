"""Practices that show whether an organisation is for its customers, in our words. Pure."""

PRACTICES = (
    "It is easy to complain to us, and as easy to praise.",
    "Whoever takes a complaint may put it right at once.",
    "We tell customers what came of what they said.",
    "We ring back when we said we would.",
    "We ask customers before we change what they use.",
    "Customers who leave are asked why, by a person.",
    "Every one of us has spoken with a customer in the last three months.",
    "We know which customers we would least like to lose.",
    "A rule that stops us from serving somebody well is questioned.",
    "Serving a colleague well counts as much as serving a customer.",
    "Whoever saves a customer is thanked so that others hear it.",
    "We ask what a decision changes for the customer before we take it.",
)
