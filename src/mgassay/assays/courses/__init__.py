"""Time courses: alkaline phosphatase rates and T50, from reads over time."""
